"""Be an observer: the experiment in the page, and whom its reader is compared with."""
