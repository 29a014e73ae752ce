package com.intel.analytics.bigdl.graft

import com.intel.analytics.bigdl.dllib.optim.Trigger
import com.intel.analytics.bigdl.dllib.utils.Table

/**
 * Fires at the end of an epoch if the last time was long enough ago, and always at the end of the
 * last epoch. BigDL's own `everyEpoch` misses the first epoch where that is a single step.
 *
 * @param first number of the epoch that training starts with
 * @param last number of the epoch that training ends with
 * @param seconds the least time between two firings; 0: every epoch
 */
class EpochEnd(first: Int, last: Int, seconds: Double) extends Trigger {
  private var epoch = first
  private var fired = System.nanoTime()

  override def apply(state: Table): Boolean = {
    val current = state[Int]("epoch")
    val due = current > last || System.nanoTime() - fired >= seconds * 1e9
    val fires = current != epoch && due
    epoch = current
    if (fires) fired = System.nanoTime()
    fires
  }
}
