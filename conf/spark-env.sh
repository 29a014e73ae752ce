#!/usr/bin/env bash
# Sourced by spark-submit with its arguments. A local master needs no network and offers nothing to
# it; tasks/spark/settings.py says the same for jobs that Graft submits itself.
if [ "${1:-}" = org.apache.spark.deploy.SparkSubmit ]; then
    _master=${MASTER:-local}
    _before=""
    for _argument in "$@"; do
        case $_before in
        --master) _master=$_argument ;;
        --conf | -c) case $_argument in spark.master=*) _master=${_argument#*=} ;; esac ;;
        esac
        case $_argument in
        --master=*) _master=${_argument#*=} ;;
        --conf=spark.master=*) _master=${_argument#*=*=} ;;
        # The file may name any master.
        --properties-file*) _master=unknown ;;
        esac
        _before=$_argument
    done
    case $_master in
    local | local\[*)
        export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_HOSTNAME=127.0.0.1 SPARK_PUBLIC_DNS=127.0.0.1
        ;;
    esac
    unset _master _before _argument
fi
