package com.intel.analytics.bigdl.graft

import java.util.Locale
import java.util.concurrent.Semaphore

import org.apache.spark.SparkEnv

/**
 * The memory of this JVM for pictures while they are decoded: half of the heap, the other half is
 * for networks, records and Spark. All tasks share it, and wait for each other's large pictures.
 */
object PictureMemory {
  private val MiB = 1 << 20
  private val heap = mebibytes(Runtime.getRuntime.maxMemory)
  private val total = heap / 2
  private val free = new Semaphore(total, true)

  /**
   * Runs `work` once there are that many bytes for it.
   *
   * @param what what takes the memory, for the `DataError` if this JVM never has it
   */
  def hold[A](what: => String, bytes: Long)(work: => A): A = {
    val needed = mebibytes(bytes)
    if (needed > total) refuse(what, needed)
    free.acquire(needed)
    try work
    catch { case _: OutOfMemoryError => refuse(what, needed) }
    finally free.release(needed)
  }

  /** An integer as Python's `{:,}` writes it. */
  def grouped(number: Long): String = "%,d".formatLocal(Locale.ROOT, number)

  private def refuse(what: String, needed: Int): Nothing =
    throw new DataError(
      s"$what, which takes ${grouped(needed)} MiB to decode; pictures have half of the heap of " +
        s"${grouped(heap)} MiB: raise $setting to ${grouped(2L * needed)} MiB or more")

  /** The param that sets the heap of this JVM. */
  private def setting: String =
    if (SparkEnv.get.executorId == "driver") "driver_memory" else "executor_memory"

  private def mebibytes(bytes: Long): Int = ((bytes + MiB - 1) / MiB).toInt
}
