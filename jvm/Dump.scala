package com.intel.analytics.bigdl.graft

import org.apache.hadoop.conf.Configuration

/**
 * The part of a dump's description that the engine needs.
 *
 * @param weights digest of the weights: pipelines of dumps of the same are interchangeable
 * @param graph path of model.pb
 * @param tensors path of model.bin
 * @param nodes names of graph nodes by their role, as pipeline.json has them
 * @param preprocessing what turns a decoded picture into the network's input
 * @param featureSize floats per feature
 */
case class Dump(
    weights: String,
    graph: String,
    tensors: String,
    nodes: Map[String, String],
    preprocessing: Recipe,
    featureSize: Int) {

  /** The same with model.pb and model.bin on this machine: BigDL reads them with settings of its own. */
  def here(conf: Configuration): Dump =
    copy(graph = LocalCopy(graph, conf), tensors = LocalCopy(tensors, conf))
}

/**
 * Neighbouring records of one shard; the fields are those of Python's `Chunk`.
 *
 * @param file name of the file of their features
 */
case class Chunk(
    shard: String, offset: Long, skip: Int, first: Long, records: Int, file: String) {
  def shardName: String = shard.substring(shard.lastIndexOf('/') + 1)
}
