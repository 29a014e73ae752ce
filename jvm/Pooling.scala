package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.nn.mkldnn.{AvgPooling, MaxPooling, MklDnnLayer}
import org.tensorflow.framework.NodeDef

/**
 * A pooling of TensorFlow as a layer of MKL-DNN.
 *
 * @param reader the node whose first input is pooled
 * @param output the shape of the layer's output
 */
case class Pool(layer: MklDnnLayer, reader: NodeDef, output: Shape)

/** Makes layers of poolings; BigDL's round up where they are not told to round down. */
class Pooling(graph: Graph, weights: Weights) {
  import Graph._

  /** @param shape of what the first input of a node has */
  def max(node: NodeDef)(shape: NodeDef => Shape): Pool = {
    val before = graph.source(node, 0)
    // Zeros around what is not negative: none is larger than what is there.
    val padding =
      if (before.getOp == "Pad" && notNegative(graph.source(before, 0))) Some(before) else None
    val reader = padding.getOrElse(node)
    val window = Window(node, graph, weights, shape(reader), padding)
    val (padHeight, padWidth) = window.ofPooling(node)
    val layer = MaxPooling(
      window.width, window.height, window.strideWidth, window.strideHeight, padWidth, padHeight)
    Pool(layer.floor(), reader, window.output(window.input.channels))
  }

  private def notNegative(node: NodeDef): Boolean = node.getOp == "Relu" || node.getOp == "Relu6"

  def average(node: NodeDef)(shape: NodeDef => Shape): Pool = {
    val window = Window(node, graph, weights, shape(node), None)
    val (padHeight, padWidth) = window.centred(node)
    val layer = AvgPooling(
      window.width, window.height, window.strideWidth, window.strideHeight, padWidth, padHeight)
    Pool(layer.floor(), node, window.output(window.input.channels))
  }

  def mean(node: NodeDef)(shape: NodeDef => Shape): Pool = {
    val before = shape(node)
    val axes = ints(graph.source(node, 1)).map(axis => (axis + 4) % 4).toSet
    if (axes != Set(1, 2)) unknown(node, s"along axes ${axes.mkString(", ")}")
    Pool(AvgPooling(before.width, before.height).floor(), node, Shape(1, 1, before.channels))
  }
}
