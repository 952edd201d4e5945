"""Trains with the XGBoost library, told what to do by the same JSON file as the trainer in TypeScript."""
import gzip
import json
import os
import sys
import tempfile

import xgboost


class Refused(Exception):
    """The user's data or parameters are at fault."""


def read_channel(channel, directory):
    """One DMatrix of all files of a channel."""
    path = os.path.join(directory, channel["name"])
    with open(path, "wb") as joined:
        for entry in channel["files"]:
            opener = gzip.open if entry["gzipped"] else open
            with opener(entry["path"], "rb") as source:
                data = source.read()
            joined.write(data if data.endswith(b"\n") else data + b"\n")
    if os.path.getsize(path) <= 1:
        raise Refused("the channel %s has no rows" % channel["name"])
    form = "format=csv&label_column=0" if channel["format"] == "csv" else "format=libsvm"
    return xgboost.DMatrix("%s?%s" % (path, form))


def train(spec):
    parameters = dict(spec["hyperparameters"])
    if "num_round" not in parameters:
        raise Refused("num_round: required")
    rounds = int(parameters.pop("num_round"))
    stopping = int(parameters.pop("early_stopping_rounds", "0")) or None
    metrics = parameters.pop("eval_metric", None)
    if metrics:
        parameters["eval_metric"] = metrics.split(",")
    parameters.setdefault("nthread", "1")
    print("Training with the library XGBoost %s" % xgboost.__version__, flush=True)
    with tempfile.TemporaryDirectory() as directory:
        sets = [(read_channel(channel, directory), channel["name"]) for channel in spec["channels"]]
        history = {}
        booster = xgboost.train(
            parameters,
            sets[0][0],
            rounds,
            evals=sets,
            evals_result=history,
            early_stopping_rounds=stopping,
        )
    model = spec["modelPath"] + ".json"
    booster.save_model(model)
    os.replace(model, spec["modelPath"])
    return {
        "%s-%s" % (name, metric): values[-1]
        for name, found in history.items()
        for metric, values in found.items()
    }


def main():
    with open(sys.argv[1]) as file:
        spec = json.load(file)
    try:
        outcome = {"kind": "trained", "metrics": train(spec)}
    except (Refused, ValueError, xgboost.core.XGBoostError) as error:
        outcome = {"kind": "refused", "message": str(error).splitlines()[0]}
    with open(spec["outcomePath"], "w") as file:
        json.dump(outcome, file)


if __name__ == "__main__":
    main()
