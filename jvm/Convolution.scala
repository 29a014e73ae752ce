package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.mkldnn.Kernel
import com.intel.analytics.bigdl.dllib.utils.python.api.JTensor
import org.tensorflow.framework.NodeDef

/** Convolutions of TensorFlow as those of MKL-DNN. */
object Convolution {
  import Graph._

  private val Depthwise = "DepthwiseConv2dNative"

  def is(node: NodeDef): Boolean = node.getOp == "Conv2D" || node.getOp == Depthwise

  /** Channels of the output of a node with weights of this shape. */
  def channels(node: NodeDef, weights: Array[Int]): Int = {
    val Array(_, _, inputs, outputs) = weights
    if (node.getOp == Depthwise) inputs * outputs else outputs
  }

  /**
   * The kernel of a convolution whose output channel `i` is multiplied by `gain(i)`.
   *
   * @param name of the last node that is folded into it
   */
  def kernel(
      name: String, node: NodeDef, weights: Weights, window: Window, gain: Array[Float],
      bias: Array[Float]): Kernel = {
    requireText(node, "data_format", "NHWC")
    // Graphs of old versions of TensorFlow have none.
    val isDilated =
      node.getAttrMap.containsKey("dilations") && integers(node, "dilations").exists(_ != 1)
    if (isDilated) unknown(node, "with dilations")
    val Array(height, width, inputs, _) = weights.shape(node, 1)
    val groups = if (node.getOp == Depthwise) inputs else 1
    if (inputs != window.input.channels) unknown(node, s"of ${window.input}")
    val shape =
      if (groups == 1) Array(gain.length, inputs, height, width)
      else Array(groups, gain.length / groups, 1, height, width)
    val pads = window.pads
    Kernel(
      name, shape, (window.strideHeight, window.strideWidth), (pads.top, pads.left),
      (pads.bottom, pads.right), bias, () => toOutputsFirst(weights(node, 1), gain, groups))
  }

  /** The kernel that multiplies every channel and adds to it. */
  def ofEachChannel(name: String, gain: Array[Float], bias: Array[Float]): Kernel =
    Kernel(name, Array(gain.length, 1, 1, 1, 1), (1, 1), (0, 0), (0, 0), bias, () => gain)

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
