"""What the chapter can be asked to do differently."""

from typing import Annotated

from pydantic import Field

from gcbook.chapters.fields import Model, Names, NoiseDraws, Note, Seed, Times, Weighting, Whole
from gcbook.chapters.parameters import OfMiniatures, OfStores
from gcbook.files.errors import InputError


class Parameters(OfStores, OfMiniatures):
    """What the chapter can be asked to do differently."""

    model: Model = Field("mini-pixel", description="the diffusion model")
    names: Names = Field(
        "", validate_default=True, description="images to show; nothing: drawn at random"
    )
    conflicts: Annotated[Whole, Note(smoke=1)] = Field(
        4, ge=0, le=12, description="cue-conflict images to draw at random"
    )
    ordinary: Whole = Field(1, ge=0, le=12, description="in-distribution images to draw at random")
    times: Times = Field(
        "0.1,0.25,0.4,0.55,0.7,0.85",
        validate_default=True,
        description="noise times at which images are restored",
    )
    noise_draws: NoiseDraws = Field(32, ge=2, le=256, description="draws of noise behind an answer")
    weighting: Weighting = Field("exp:7", description="weight of the errors")
    seed: Seed = Field(
        0, description="seed of the choice, of all noise and masks, and of the resampling"
    )
    image: Annotated[str, Note("the name of an image, or nothing")] = Field(
        "", description="image of the stores to show; nothing: the first"
    )

    def check_files(self) -> None:
        """Refuse stores, images and models that the chapter could not follow."""
        super().check_files()
        if self.stores:
            from gcbook.chapters.step_by_step.own import with_image
            from gcbook.miniworld.results.own_stores import open_stores

            with_image(open_stores(self.stores), self.image)
        elif self.image:
            raise InputError(
                "image: has no effect without stores, which it names an image of; add -p stores."
            )
        from gcbook.classifiers.load import check_kind
        from gcbook.classifiers.zoo import zoo
        from gcbook.miniworld.results.shipped import model_folder, parts_of, shipped_models
        from gcbook.miniworld.results.steps import choose_examples

        world = parts_of(self.model).world
        if self.model in shipped_models(world) and self.model not in zoo():
            model_folder(self.model)  # says that its weights do not ship
        else:
            check_kind(self.model, ("diffusion",))
        if self.names or not self.conflicts + self.ordinary:
            choose_examples(self.names, self.conflicts, self.ordinary, world=world)
