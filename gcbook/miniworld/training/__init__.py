"""Training of the miniatures, and of a ResNet on a folder of images."""
