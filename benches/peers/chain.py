"""A network that is one chain of layers, batch norm folded, and its ONNX and LiteRT files.

Written layer by layer instead of exported, so that padding stays a part of its convolution and every
engine gets what its own converter would make at best.
"""

import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as lite
import flatbuffers
from onnx import TensorProto, helper, numpy_helper
from torch import nn


class Conv:
    """A convolution with the activation behind it: weights KCRS, one `bias` a filter."""

    def __init__(self, module, norm, activation):
        weight = module.weight.detach().numpy().astype(np.float64)
        bias = 0.0 if module.bias is None else module.bias.detach().numpy().astype(np.float64)
        if norm is not None:
            scale = norm.weight.detach().numpy() / np.sqrt(norm.running_var.numpy().astype(np.float64) + norm.eps)
            weight = weight * scale[:, None, None, None]
            bias = norm.bias.detach().numpy() + (bias - norm.running_mean.numpy()) * scale
        self.weight, self.bias = weight.astype(np.float32), np.asarray(bias, np.float32)
        self.size, self.stride, self.groups = module.kernel_size[0], module.stride[0], module.groups
        # One row and column: on both sides where the image keeps its size, else behind it.
        self.same = self.size > 1 and (module.padding[0] > 0 or self.stride == 2)
        self.activation = activation

    def pads(self):
        if not self.same:
            return [0, 0, 0, 0]
        return [0, 0, 1, 1] if self.stride == 2 else [1, 1, 1, 1]

    def output(self, height, width):
        shrink = 0 if self.same else self.size - 1
        return (height - shrink) // self.stride, (width - shrink) // self.stride


def layers(net):
    """The modules of a `nn.Sequential`: convolutions with what is fused, then the others."""
    modules, result = list(net), []
    while modules:
        module = modules.pop(0)
        if isinstance(module, nn.Conv2d):
            norm = modules.pop(0) if isinstance(modules[0], nn.BatchNorm2d) else None
            result.append(Conv(module, norm, modules.pop(0)))
        else:
            result.append(module)
    return result


class Onnx:
    """Nodes and initialisers as they are added; `add` gives the name of the result."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, values):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind, *inputs, **attributes):
        name = f"value{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], name=f"{kind}{len(self.nodes)}", **attributes))
        return name

    def layer(self, layer, x):
        if isinstance(layer, Conv):
            window = dict(kernel_shape=[layer.size] * 2, strides=[layer.stride] * 2, pads=layer.pads(), group=layer.groups)
            x = self.add("Conv", x, self.constant(layer.weight), self.constant(layer.bias), **window)
            if isinstance(layer.activation, nn.ReLU):
                return self.add("Relu", x)
            return self.add("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))
        if isinstance(layer, nn.AdaptiveAvgPool2d):
            return self.add("GlobalAveragePool", x)
        if isinstance(layer, nn.Linear):
            weights = [self.constant(t.detach().numpy()) for t in (layer.weight, layer.bias)]
            return self.add("Gemm", x, *weights, transB=1)
        if isinstance(layer, nn.Softmax):
            return self.add("Softmax", x, axis=1)
        if not isinstance(layer, nn.Flatten):
            x = self.add("Transpose", x, perm=[0, 2, 3, 1])
        return self.add("Flatten", x, axis=1)


def write_onnx(net, input_shape, output_shape, path):
    graph, x = Onnx(), "input"
    for layer in layers(net):
        x = graph.layer(layer, x)
    graph.nodes[-1].output[0] = "output"
    image = helper.make_tensor_value_info("input", TensorProto.FLOAT, input_shape)
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, output_shape)
    graph = helper.make_graph(graph.nodes, "network", [image], [output], graph.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(onnx.shape_inference.infer_shapes(model), path)


class Lite:
    """Tensors, buffers and operators of a LiteRT model as they are added."""

    def __init__(self):
        self.model = lite.ModelT(version=3, description="", operatorCodes=[], buffers=[lite.BufferT()])
        self.graph = lite.SubGraphT(tensors=[], operators=[], inputs=[0])
        self.model.subgraphs = [self.graph]

    def tensor(self, shape, values=None, kind=lite.TensorType.FLOAT32):
        buffer = 0
        if values is not None:
            data = np.frombuffer(np.ascontiguousarray(values).tobytes(), np.uint8)
            self.model.buffers.append(lite.BufferT(data=data))
            buffer = len(self.model.buffers) - 1
        name = f"t{len(self.graph.tensors)}".encode()
        self.graph.tensors.append(lite.TensorT(shape=list(shape), type=kind, buffer=buffer, name=name))
        return len(self.graph.tensors) - 1

    def operator(self, name, inputs, shape, options):
        code = getattr(lite.BuiltinOperator, name)
        codes = [c.builtinCode for c in self.model.operatorCodes]
        if code not in codes:
            old = min(code, 127)
            self.model.operatorCodes.append(lite.OperatorCodeT(builtinCode=code, deprecatedBuiltinCode=old, version=1))
            codes.append(code)
        output = self.tensor(shape)
        kind = type(options).__name__.removesuffix("T")
        operator = lite.OperatorT(opcodeIndex=codes.index(code), inputs=inputs, outputs=[output])
        operator.builtinOptions, operator.builtinOptionsType = options, getattr(lite.BuiltinOptions, kind)
        self.graph.operators.append(operator)
        return output

    def conv(self, layer, x, shape):
        window = dict(strideH=layer.stride, strideW=layer.stride)
        window["padding"] = lite.Padding.SAME if layer.same or layer.size == 1 else lite.Padding.VALID
        activations = lite.ActivationFunctionType
        window["fusedActivationFunction"] = activations.RELU if isinstance(layer.activation, nn.ReLU) else activations.RELU6
        bias = self.tensor(layer.bias.shape, layer.bias)
        if layer.groups == 1:
            weight = layer.weight.transpose(0, 2, 3, 1)
            options = lite.Conv2DOptionsT(dilationHFactor=1, dilationWFactor=1, **window)
            return self.operator("CONV_2D", [x, self.tensor(weight.shape, weight), bias], shape, options)
        weight = layer.weight.transpose(1, 2, 3, 0)
        options = lite.DepthwiseConv2DOptionsT(depthMultiplier=1, dilationHFactor=1, dilationWFactor=1, **window)
        return self.operator("DEPTHWISE_CONV_2D", [x, self.tensor(weight.shape, weight), bias], shape, options)

    def layer(self, layer, x, shape):
        """The tensor and the shape behind a layer."""
        if isinstance(layer, Conv):
            shape = [1, *layer.output(shape[1], shape[2]), len(layer.bias)]
            return self.conv(layer, x, shape), shape
        if isinstance(layer, nn.AdaptiveAvgPool2d):
            axes = self.tensor([2], np.array([1, 2], np.int32), lite.TensorType.INT32)
            shape = [1, shape[3]]
            return self.operator("MEAN", [x, axes], shape, lite.ReducerOptionsT(keepDims=False)), shape
        if isinstance(layer, nn.Linear):
            weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
            inputs, shape = [x, self.tensor(weight.shape, weight), self.tensor(bias.shape, bias)], [1, len(bias)]
            return self.operator("FULLY_CONNECTED", inputs, shape, lite.FullyConnectedOptionsT()), shape
        if isinstance(layer, nn.Softmax):
            return self.operator("SOFTMAX", [x], shape, lite.SoftmaxOptionsT(beta=1.0)), shape
        if len(shape) == 2:
            return x, shape
        shape = [1, int(np.prod(shape))]
        sizes = self.tensor([2], np.array(shape, np.int32), lite.TensorType.INT32)
        return self.operator("RESHAPE", [x, sizes], shape, lite.ReshapeOptionsT(newShape=shape)), shape


def write_lite(net, input_shape, path):
    _, channels, height, width = input_shape
    file, shape = Lite(), [1, height, width, channels]
    x = file.tensor(shape)
    for layer in layers(net):
        x, shape = file.layer(layer, x, shape)
    file.graph.outputs = [x]
    builder = flatbuffers.Builder(1 << 20)
    builder.Finish(file.model.Pack(builder), b"TFL3")
    with open(path, "wb") as out:
        out.write(builder.Output())
