"""Uses a layer and a network of TF-Slim's."""

from tasks.networks.slim import import_slim
from tasks.networks.tensorflow import import_tensorflow

slim, tf = import_slim(), import_tensorflow().compat.v1
with tf.Graph().as_default():
    layer = slim.conv2d(tf.placeholder(tf.float32, [1, 8, 8, 3]), 5, [3, 3])
print(layer.shape, slim.nets.inception_v1.inception_v1.default_image_size)
