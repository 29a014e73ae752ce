package com.intel.analytics.bigdl.graft

import java.nio.ByteOrder.LITTLE_ENDIAN

import scala.collection.JavaConverters._
import scala.collection.mutable
import scala.util.control.NonFatal

import com.intel.analytics.bigdl.dllib.utils.tf.TensorflowLoader
import org.tensorflow.framework.{NodeDef, TensorProto, TensorShapeProto}

/** The nodes of model.pb, as BigDL's loader reads them. */
class Graph(path: String) {
  import Graph._
  import Storage.reading

  private val nodes = reading(path) {
    TensorflowLoader.parse(HadoopPath(path).toString).asScala.map(node => node.getName -> node).toMap
  }

  def apply(name: String): NodeDef =
    nodes.getOrElse(name, throw new DataError(s"$path has no node $name"))

  /** The node behind an input of `node`, and which of its outputs it is. */
  def input(node: NodeDef, index: Int): (NodeDef, Int) = {
    val name = node.getInput(index).split(":")
    (apply(name(0)), if (name.length > 1) name(1).toInt else 0)
  }

  /** The node behind an input, past nodes that change nothing. */
  def source(node: NodeDef, index: Int): NodeDef = {
    val found = input(node, index)._1
    if (found.getOp == "Identity") source(found, 0) else found
  }

  /** The node behind an input whose values are at the same place in memory. */
  def origin(node: NodeDef, index: Int): NodeDef = {
    val found = source(node, index)
    if (Views(found.getOp)) origin(found, 0) else found
  }

  /** The nodes that read a node, past nodes that change nothing but for the last of them. */
  def readers(node: NodeDef): Seq[NodeDef] = past(node, Set("Identity"))

  /** The nodes that read a node's values from memory: a `Pad` is a part of what reads it. */
  def users(node: NodeDef): Seq[NodeDef] = past(node, Views + "Identity" + "Pad")

  private def past(node: NodeDef, operations: Set[String]): Seq[NodeDef] =
    direct.getOrElse(node.getName, Nil).flatMap { reader =>
      if (operations(reader.getOp) && direct.contains(reader.getName)) past(reader, operations)
      else Seq(reader)
    }

  /** The lengths that a `Reshape` asks for; -1 stands for one that follows from the others. */
  def lengths(reshape: NodeDef): Seq[Int] = {
    val wanted = source(reshape, 1)
    // The length of the batch is often computed.
    if (wanted.getOp != "Pack") ints(wanted)
    else -1 +: (1 until wanted.getInputCount).filterNot(wanted.getInput(_).startsWith("^"))
      .map(i => ints(source(wanted, i)).head)
  }

  /** The names of all nodes that a node depends on. */
  def ancestors(node: NodeDef): Set[String] = {
    val found = mutable.HashSet[String]()
    def visit(name: String): Unit = if (found.add(name)) inputs(apply(name)).foreach(visit)
    inputs(node).foreach(visit)
    found.toSet
  }

  private lazy val direct: Map[String, Seq[NodeDef]] =
    nodes.values.toSeq.flatMap(reader => inputs(reader).map(_ -> reader))
      .groupBy(_._1).map { case (name, pairs) => name -> pairs.map(_._2) }

  private def inputs(node: NodeDef): Seq[String] =
    node.getInputList.asScala.map(_.stripPrefix("^").split(":").head)
}

/** Reads attributes of nodes, and refuses nodes. */
object Graph {
  private val Views = Set("Squeeze", "Reshape")

  def integers(node: NodeDef, attribute: String): Seq[Int] =
    node.getAttrOrThrow(attribute).getList.getIList.asScala.map(_.toInt)

  def text(node: NodeDef, attribute: String): String =
    node.getAttrOrThrow(attribute).getS.toStringUtf8

  /** The lengths of a constant's axes. */
  def shape(constant: NodeDef): Array[Int] =
    lengths(valueOf(constant).getTensorShape)

  def lengths(shape: TensorShapeProto): Array[Int] =
    shape.getDimList.asScala.map(_.getSize.toInt).toArray

  /** The values of a float32 constant. */
  def floats(constant: NodeDef): Array[Float] = {
    val tensor = valueOf(constant)
    val size = shape(constant).product
    if (tensor.getTensorContent.isEmpty) {
      // The last value stands for all that follow; TensorFlow 2 writes none where all are zero.
      val values = tensor.getFloatValList.asScala.map(_.floatValue).toArray
      values.padTo(size, values.lastOption.getOrElse(0f))
    } else {
      val content = tensor.getTensorContent.asReadOnlyByteBuffer().order(LITTLE_ENDIAN)
      val values = new Array[Float](content.remaining / 4)
      content.asFloatBuffer().get(values)
      values
    }
  }

  /** The values of an int32 constant. */
  def ints(constant: NodeDef): Array[Int] = {
    val tensor = valueOf(constant)
    if (tensor.getTensorContent.isEmpty) {
      val values = tensor.getIntValList.asScala.map(_.intValue).toArray
      values.padTo(shape(constant).product, values.lastOption.getOrElse(0))
    } else {
      val content = tensor.getTensorContent.asReadOnlyByteBuffer().order(LITTLE_ENDIAN)
      val values = new Array[Int](content.remaining / 4)
      content.asIntBuffer().get(values)
      values
    }
  }

  private def valueOf(constant: NodeDef): TensorProto =
    if (constant.getOp == "Const") constant.getAttrOrThrow("value").getTensor
    else unknown(constant, "where a constant is expected")

  def requireText(node: NodeDef, attribute: String, expected: String): Unit =
    if (node.getAttrMap.containsKey(attribute) && text(node, attribute) != expected) {
      unknown(node, s"with $attribute ${text(node, attribute)}, expected $expected")
    }

  def requireFalse(node: NodeDef, attribute: String): Unit =
    if (node.getAttrMap.containsKey(attribute) && node.getAttrOrThrow(attribute).getB) {
      unknown(node, s"with $attribute")
    }

  /** Uses a node, and names it where that fails. */
  def naming[A](node: NodeDef)(use: NodeDef => A): A =
    try use(node)
    catch {
      case e: UserError => throw e
      case NonFatal(e) => unknown(node, s"that it cannot read (${Storage.reason(e)})")
    }

  /** Refuses a node that this engine would not compute as TensorFlow does. */
  def unknown(node: NodeDef, what: String): Nothing =
    throw new UnsupportedGraphError(
      s"the bigdl engine cannot run node ${node.getName}, a ${node.getOp} $what")
}
