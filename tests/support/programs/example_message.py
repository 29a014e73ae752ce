"""Makes a record with the message class alone, and reads it with all of TensorFlow."""

import sys

from tasks.networks.tensorflow import import_example, import_tensorflow

example = import_example()()
example.features.feature["x"].int64_list.value.append(7)
print("tensorflow.python" in sys.modules)
back = import_tensorflow().train.Example.FromString(example.SerializeToString())
print(back.features.feature["x"].int64_list.value)
