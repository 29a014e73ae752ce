package com.intel.analytics.bigdl.graft

import java.lang.ref.SoftReference
import java.util.{HashMap => JHashMap}

import scala.collection.JavaConverters._
import scala.collection.mutable

import com.intel.analytics.bigdl.dllib.utils.File
import com.intel.analytics.bigdl.dllib.utils.python.api.JTensor
import org.tensorflow.framework.NodeDef

/** The values that a network's nodes read: variables of model.bin and constants of model.pb. */
class Weights(graph: Graph, path: String) {
  private lazy val variables = Weights.load(path)

  def isConstant(node: NodeDef): Boolean = node.getOp == "Const" || isVariable(node)

  /** The values behind an input of a node, and their shape. */
  def apply(node: NodeDef, index: Int): JTensor = {
    val source = graph.source(node, index)
    val found =
      if (isVariable(source)) variable(source)
      else new JTensor(Graph.floats(source), Graph.shape(source), "float")
    // MKL-DNN's ReLU makes 0 of NaN, TensorFlow's leaves it.
    if (!isFinite(found.storage)) Graph.unknown(node, s"with ${source.getName}, which is not finite")
    found
  }

  /** The lengths of the axes of an input of a node. */
  def shape(node: NodeDef, index: Int): Array[Int] = {
    val source = graph.source(node, index)
    if (isVariable(source)) Graph.lengths(source.getAttrOrThrow("shape").getShape)
    else Graph.shape(source)
  }

  /** The values of an input that has one for each channel, or one for all of them. */
  def perChannel(node: NodeDef, index: Int, channels: Int): Array[Float] = {
    val (found, lengths) = (apply(node, index).storage, shape(node, index))
    if (found.length == 1) Array.fill(channels)(found.head)
    else if (found.length == channels && lengths.last == channels) found
    else Graph.unknown(node, s"with values ${lengths.mkString(" x ")} for $channels channels")
  }

  private def isVariable(node: NodeDef): Boolean = node.getOp == "VariableV2"

  private def variable(node: NodeDef): JTensor =
    variables.getOrElse(
      node.getName, throw new DataError(s"model.bin has no variable ${node.getName}"))

  private def isFinite(values: Array[Float]): Boolean = {
    var i = 0
    while (i < values.length && java.lang.Float.isFinite(values(i))) i += 1
    i == values.length
  }
}

object Weights {
  private val loaded = mutable.HashMap[String, SoftReference[mutable.Map[String, JTensor]]]()

  /** Loads a model.bin once for all threads of a JVM, as long as the heap has room for it. */
  private def load(path: String): mutable.Map[String, JTensor] = synchronized {
    loaded.get(path).flatMap(reference => Option(reference.get)).getOrElse {
      val read = Storage.reading(path) {
        File.load[JHashMap[String, JTensor]](HadoopPath(path).toString).asScala
      }
      loaded(path) = new SoftReference(read)
      read
    }
  }
}
