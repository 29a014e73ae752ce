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

  /** The values behind an input of a node, and their shape. */
  def apply(node: NodeDef, index: Int): JTensor = {
    val source = graph.source(node, index)
    if (source.getOp == "VariableV2") {
      variables.getOrElse(
        source.getName, throw new DataError(s"model.bin has no variable ${source.getName}"))
    } else new JTensor(Graph.floats(source), Graph.shape(source), "float")
  }

  /** The values of an input that has one for each channel, or one for all of them. */
  def perChannel(node: NodeDef, index: Int, channels: Int): Array[Float] = {
    val values = apply(node, index).storage
    if (values.length == 1) Array.fill(channels)(values.head)
    else if (values.length == channels) values
    else Graph.unknown(node, s"with ${values.length} values for $channels channels")
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
