"""The 16 categories and the ImageNet classes that belong to them."""

from collections import Counter

from gcbook.paper.categories import CATEGORIES, IMAGENET_CLASSES, imagenet_classes, imagenet_indices


def test_every_category_has_as_many_classes_as_geirhos_et_al_gave_it():
    counts = Counter(item.category for item in imagenet_classes())
    assert counts == {
        "airplane": 1,
        "bear": 4,
        "bicycle": 2,
        "bird": 49,
        "boat": 5,
        "bottle": 7,
        "car": 3,
        "cat": 6,
        "chair": 4,
        "clock": 3,
        "dog": 109,
        "elephant": 2,
        "keyboard": 2,
        "knife": 1,
        "oven": 1,
        "truck": 8,
    }
    assert set(counts) == set(CATEGORIES)


def test_a_class_belongs_to_one_category_and_is_one_of_the_thousand():
    indices = [item.index for item in imagenet_classes()]
    assert len(set(indices)) == len(indices)
    assert 0 <= min(indices) < max(indices) < IMAGENET_CLASSES


def test_indices_and_wordnet_ids_ascend_together():
    classes = imagenet_classes()
    assert [item.index for item in classes] == sorted(item.index for item in classes)
    assert [item.wnid for item in classes] == sorted(item.wnid for item in classes)
    assert all(item.wnid[0] == "n" and len(item.wnid) == 9 for item in classes)


def test_names_are_torchvisions_at_these_indices():
    from torchvision.models import ResNet50_Weights

    names = ResNet50_Weights.IMAGENET1K_V1.meta["categories"]
    assert [item.name for item in imagenet_classes()] == [
        names[item.index] for item in imagenet_classes()
    ]


def test_spot_checks_against_the_toolbox():
    indices = imagenet_indices()
    assert list(indices) == list(CATEGORIES)
    assert indices["airplane"] == (404,)
    assert indices["knife"] == (499,)
    assert indices["cat"] == (281, 282, 283, 284, 285, 286)
    assert indices["truck"] == (555, 569, 656, 675, 717, 734, 864, 867)
    by_wnid = {item.wnid: item for item in imagenet_classes()}
    assert (by_wnid["n03792782"].index, by_wnid["n03792782"].category) == (671, "bicycle")
    assert by_wnid["n04111531"].category == "oven"
