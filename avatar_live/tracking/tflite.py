"""Surgery on TensorFlow Lite models: what the models of an older MediaPipe need to run in today's Tasks.

A `.tflite` file is one flatbuffer (schema: tensorflow/lite/schema/schema.fbs, whose generated Python comes with
mediapipe); its notes for MediaPipe are another flatbuffer inside a buffer called TFLITE_METADATA
(mediapipe/tasks/metadata/metadata_schema.fbs).
"""

import struct
from dataclasses import dataclass
from typing import Any, Final

import flatbuffers
import numpy as np

from avatar_live.tracking.refinement import gather_indices
from avatar_live.tracking.tasks import notes
from avatar_live.tracking.tasks import schema as tfl

MODEL_ID: Final = b"TFL3"
NOTES_ID: Final = b"M001"
NOTES_NAME: Final = b"TFLITE_METADATA"
BLENDSHAPE_POINTS: Final = 146
SHAPES: Final = 52
FACE_POINTS: Final = 478

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tensors:
    """Hold the shapes of a model's inputs and outputs, in order."""

    inputs: tuple[Shape, ...]
    outputs: tuple[Shape, ...]


def tensors(model: bytes) -> Tensors:
    """Return the shapes of a model's first graph. Raises ValueError when the bytes are not a model."""
    if model[4:8] != MODEL_ID:
        raise ValueError("not a TensorFlow Lite model")
    try:
        graph = tfl.Model.GetRootAs(model, 0).Subgraphs(0)

        def shape(index: int) -> Shape:
            tensor = graph.Tensors(index)
            return tuple(tensor.Shape(axis) for axis in range(tensor.ShapeLength()))

        return Tensors(
            tuple(shape(graph.Inputs(place)) for place in range(graph.InputsLength())),
            tuple(shape(graph.Outputs(place)) for place in range(graph.OutputsLength())),
        )
    except (struct.error, IndexError, AttributeError, TypeError) as error:
        raise ValueError("a damaged TensorFlow Lite model") from error


def with_normalization(model: bytes, mean: float, std: float) -> bytes:
    """Return the model with the note that a pixel enters as (value - mean) / std."""
    tree = _unpacked(model)
    _note_normalization(tree, mean, std)
    return _packed(tree)


def with_attention_merged(model: bytes) -> bytes:
    """Return the seven-headed attention face model with two outputs: 478 refined landmarks and the face flag."""
    tree = _unpacked(model)
    graph = tree.subgraphs[0]
    *heads, flag = (int(tensor) for tensor in graph.outputs)
    values = sum(int(graph.tensors[head].shape[-1]) for head in heads)
    indices = np.asarray(gather_indices(), np.int32)
    assert indices.max() < values
    joined = _add_tensor(tree, "joined", [1, 1, 1, values], tfl.TensorType.FLOAT32)
    places = _add_tensor(tree, "places", [indices.size], tfl.TensorType.INT32, indices.tobytes())
    landmarks = _add_tensor(tree, "landmarks", [1, 1, 1, indices.size], tfl.TensorType.FLOAT32)
    concatenation = tfl.ConcatenationOptionsT()
    concatenation.axis = 3
    _add_operator(tree, "CONCATENATION", heads, joined, concatenation)
    gather = tfl.GatherOptionsT()
    gather.axis = 3
    _add_operator(tree, "GATHER", [joined, places], landmarks, gather)
    graph.outputs = [landmarks, flag]
    _note_normalization(tree, 0.0, 255.0)
    return _packed(tree)


def silent_blendshapes() -> bytes:
    """Return a model from 146 points to 52 weights that are all zero: a face bundle does not open without one."""
    tree = tfl.ModelT()
    tree.version = 3
    tree.description = "52 zeros"
    tree.operatorCodes, tree.metadata = [], []
    tree.buffers = [tfl.BufferT()]
    graph = tfl.SubGraphT()
    graph.name, graph.tensors, graph.operators = "main", [], []
    tree.subgraphs = [graph]
    real, whole = tfl.TensorType.FLOAT32, tfl.TensorType.INT32
    values = BLENDSHAPE_POINTS * 2
    points = _add_tensor(tree, "points", [1, BLENDSHAPE_POINTS, 2], real)
    flat_shape = _add_tensor(tree, "flat_shape", [1], whole, np.asarray([values], np.int32).tobytes())
    flat = _add_tensor(tree, "flat", [values], real)
    first = _add_tensor(tree, "first", [SHAPES], whole, np.arange(SHAPES, dtype=np.int32).tobytes())
    some = _add_tensor(tree, "some", [SHAPES], real)
    zeros = _add_tensor(tree, "zeros", [SHAPES], real, np.zeros(SHAPES, np.float32).tobytes())
    weights = _add_tensor(tree, "weights", [SHAPES], real)
    reshape = tfl.ReshapeOptionsT()
    reshape.newShape = [values]
    _add_operator(tree, "RESHAPE", [points, flat_shape], flat, reshape)
    _add_operator(tree, "GATHER", [flat, first], some, tfl.GatherOptionsT())
    _add_operator(tree, "MUL", [some, zeros], weights, tfl.MulOptionsT())
    graph.inputs, graph.outputs = [points], [weights]
    return _packed(tree)


def _unpacked(model: bytes) -> Any:
    return tfl.ModelT.InitFromObj(tfl.Model.GetRootAs(model, 0))


def _packed(tree: Any) -> bytes:
    builder = flatbuffers.Builder(1 << 22)
    builder.Finish(tree.Pack(builder), file_identifier=MODEL_ID)
    return bytes(builder.Output())


def _add_tensor(tree: Any, name: str, shape: list[int], kind: int, data: bytes | None = None) -> int:
    tensor = tfl.TensorT()
    tensor.name, tensor.shape, tensor.type = name, shape, kind
    if data is not None:
        tensor.buffer = _add_buffer(tree, data)
    tensors_of_graph = tree.subgraphs[0].tensors
    tensors_of_graph.append(tensor)
    return len(tensors_of_graph) - 1


def _add_buffer(tree: Any, data: bytes) -> int:
    buffer = tfl.BufferT()
    buffer.data = np.frombuffer(data, np.uint8)
    tree.buffers.append(buffer)
    return len(tree.buffers) - 1


def _add_operator(tree: Any, name: str, inputs: list[int], output: int, options: Any) -> None:
    code = tfl.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(tfl.BuiltinOperator, name)
    code.version = 1
    tree.operatorCodes.append(code)
    operator = tfl.OperatorT()
    operator.opcodeIndex = len(tree.operatorCodes) - 1
    operator.inputs, operator.outputs = inputs, [output]
    operator.builtinOptionsType = getattr(tfl.BuiltinOptions, type(options).__name__.removesuffix("T"))
    operator.builtinOptions = options
    tree.subgraphs[0].operators.append(operator)


def _note_normalization(tree: Any, mean: float, std: float) -> None:
    normalization = notes.NormalizationOptionsT()
    normalization.mean, normalization.std = [mean], [std]
    unit = notes.ProcessUnitT()
    unit.optionsType = notes.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    image = notes.TensorMetadataT()
    image.name, image.processUnits = "image", [unit]
    graph = notes.SubGraphMetadataT()
    graph.inputTensorMetadata = [image]
    graph.outputTensorMetadata = [notes.TensorMetadataT() for _ in tree.subgraphs[0].outputs]
    model = notes.ModelMetadataT()
    model.subgraphMetadata = [graph]
    builder = flatbuffers.Builder(256)
    builder.Finish(model.Pack(builder), file_identifier=NOTES_ID)
    entry = tfl.MetadataT()
    entry.name = NOTES_NAME.decode()
    entry.buffer = _add_buffer(tree, bytes(builder.Output()))
    kept = [note for note in tree.metadata or [] if note.name not in (NOTES_NAME, NOTES_NAME.decode())]
    tree.metadata = [*kept, entry]
