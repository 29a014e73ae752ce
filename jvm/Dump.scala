package com.intel.analytics.bigdl.graft

/**
 * What the engine has to know of a dump.
 *
 * @param weights digest of graph and weights: dumps of the same are recovered once
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

/** Neighbouring records of one shard; the fields are those of Python's `Chunk`. */
case class Chunk(shard: String, offset: Long, skip: Int, first: Long, records: Int) {
  def shardName: String = shard.substring(shard.lastIndexOf('/') + 1)
}
