"""The conversion of pictures to a data set where they lie: on one machine, or by a Spark job."""
