package com.intel.analytics.bigdl.graft

import java.io.File

import org.apache.hadoop.fs.Path

/**
 * What the engine has to know of a dump.
 *
 * @param weights digest of the weights: pipelines of dumps of the same are interchangeable
 * @param graph path of model.pb
 * @param tensors path of model.bin
 * @param nodes names of graph nodes by their role, as pipeline.json has them
 * @param imageSize height and width of the network's input, in pixels
 * @param featureSize floats per feature
 */
case class Dump(
    weights: String,
    graph: String,
    tensors: String,
    nodes: Map[String, String],
    imageSize: Int,
    featureSize: Int)

/** A path as Hadoop takes it; one without a scheme is local, whatever `fs.defaultFS` says. */
object HadoopPath {
  def apply(path: String): Path =
    if (path.contains("://")) new Path(path) else new Path(new File(path).toURI)
}

/** Neighbouring records of one shard; the fields are those of Python's `Chunk`. */
case class Chunk(shard: String, offset: Long, skip: Int, first: Long, records: Int) {
  def shardName: String = shard.substring(shard.lastIndexOf('/') + 1)
}
