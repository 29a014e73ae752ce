package com.intel.analytics.bigdl.graft

import java.io.{BufferedInputStream, BufferedOutputStream, DataInputStream, FileInputStream}
import java.io.{FileOutputStream, ObjectOutputStream}
import java.nio.{ByteBuffer, ByteOrder}
import java.util.{HashMap => JHashMap, List => JList}

import scala.collection.JavaConverters._

import com.intel.analytics.bigdl.dllib.utils.python.api.JTensor

/** Writes model.bin, the dictionary of a network's variables that BigDL's loader reads. */
object TensorDictionary {

  /**
   * @param values file of all variables' values, raw little-endian float32, one after the other
   * @param names of the variables, in their order there
   * @param shapes lengths of each variable's axes
   * @param path of the file to write
   */
  def save(values: String, names: JList[String], shapes: JList[JList[Int]], path: String): Unit = {
    val input = new DataInputStream(new BufferedInputStream(new FileInputStream(values)))
    val tensors = new JHashMap[String, JTensor]()
    try {
      for ((name, shape) <- names.asScala.zip(shapes.asScala)) {
        val lengths = shape.asScala.toArray
        tensors.put(name, new JTensor(floats(input, lengths.product), lengths, "float"))
      }
    } finally input.close()
    val output = new ObjectOutputStream(new BufferedOutputStream(new FileOutputStream(path)))
    try output.writeObject(tensors)
    finally output.close()
  }

  private def floats(input: DataInputStream, count: Int): Array[Float] = {
    val bytes = new Array[Byte](4 * count)
    input.readFully(bytes)
    val values = new Array[Float](count)
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values)
    values
  }
}
