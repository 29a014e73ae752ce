"""Layout of an export: the names of its folder's parts."""

#: Folder of the SavedModel; TensorFlow Serving takes the number as its version.
VERSION = "1"
#: The SavedModel's graph, in ``VERSION``.
SAVED_MODEL = "saved_model.pb"
#: Facts of the pictures that the model was trained on, in ``VERSION``, where there are some;
#: TensorFlow Serving ignores the folder.
PICTURES = "assets.extra/pictures.json"
#: The model card.
CARD = "README.md"
