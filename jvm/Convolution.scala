package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.mkldnn.SpatialConvolution
import com.intel.analytics.bigdl.dllib.tensor.Tensor
import com.intel.analytics.bigdl.dllib.tensor.TensorNumericMath.TensorNumeric.NumericFloat
import com.intel.analytics.bigdl.dllib.utils.python.api.JTensor
import org.tensorflow.framework.NodeDef

/** Convolutions of TensorFlow as those of MKL-DNN. */
object Convolution {
  import Graph._

  /** Channels of the output of a node with these weights. */
  def channels(node: NodeDef, weight: JTensor): Int = {
    val Array(_, _, inputs, outputs) = weight.shape
    if (isDepthwise(node)) inputs * outputs else outputs
  }

  /** A convolution whose weights of output channel `i` are multiplied by `gain(i)`. */
  def apply(
      node: NodeDef, weight: JTensor, window: Window, gain: Array[Float], bias: Array[Float])
      : SpatialConvolution = {
    requireText(node, "data_format", "NHWC")
    if (integers(node, "dilations").exists(_ != 1)) unknown(node, "with dilations")
    val Array(height, width, inputs, _) = weight.shape
    val outputs = gain.length
    val groups = if (isDepthwise(node)) inputs else 1
    if (inputs != window.input.channels) unknown(node, s"of ${window.input}")
    val shape =
      if (groups == 1) Array(outputs, inputs, height, width)
      else Array(groups, outputs / groups, 1, height, width)
    withoutCopy(new SpatialConvolution(
      inputs, outputs, width, height, window.strideWidth, window.strideHeight,
      window.padWidth, window.padHeight, groups,
      initWeight = Tensor(toOutputsFirst(weight, gain, groups), shape),
      initBias = Tensor(bias, Array(outputs))))
  }

  /** What multiplies every channel and adds to it. */
  def ofEachChannel(gain: Array[Float], bias: Array[Float]): SpatialConvolution = {
    val channels = gain.length
    withoutCopy(new SpatialConvolution(
      channels, channels, 1, 1, nGroup = channels,
      initWeight = Tensor(gain, Array(channels, 1, 1, 1, 1)),
      initBias = Tensor(bias, Array(channels))))
  }

  /** The layer has copied them when it is made, and would keep these, too. */
  private def withoutCopy(layer: SpatialConvolution): SpatialConvolution = {
    Seq(layer.initWeight, layer.initBias).foreach(_.set())
    layer
  }

  private def isDepthwise(node: NodeDef): Boolean = node.getOp == "DepthwiseConv2dNative"

  /** Weights `[height, width, inputs, outputs]` as `[outputs, inputs, height, width]`. */
  private def toOutputsFirst(weight: JTensor, gain: Array[Float], groups: Int): Array[Float] = {
    val Array(height, width, inputs, outputs) = weight.shape
    val target = new Array[Float](weight.storage.length)
    val pixels = height * width
    var from = 0
    while (from < target.length) {
      val output = from % outputs
      val input = from / outputs % inputs
      val pixel = from / outputs / inputs
      // With a group for each input an output belongs to one input, and its weights follow.
      val row = if (groups == 1) output * inputs + input else input * outputs + output
      val channel = if (groups == 1) output else row
      target(row * pixels + pixel) = weight.storage(from) * gain(channel)
      from += 1
    }
    target
  }
}
