// The `bigdl` feature engine: what Python cannot say of BigDL. It lives in BigDL's own package
// because the loader's `parse`, which reads model.pb, is visible there only.
package com.intel.analytics.bigdl.graft

/** A record, a picture or a graph that is not as expected; the message is for the user. */
class DataError(message: String) extends Exception(message)

/** A file system refused to be written; the message is for the user. */
class StorageError(message: String) extends Exception(message)

/** A file system that cannot be reached from here; the message is for the user. */
class SetupError(message: String) extends Exception(message)
