using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Graphs;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Profiling;

/// <summary>Bytes of a request as it crosses: not only the payload, for on a slow link the JSON around a small frame is felt.</summary>
internal static class RequestSize
{
    /// <summary>The request that carries the frames of a cut's tensors, in canonical order.</summary>
    public static long OfFrames(CutAnalysis cut, IReadOnlyList<PooledBufferWriter> frames, CodecSpec codec, IReadOnlyList<CodecTables?>? tables = null)
    {
        string spec = codec.ToString();
        return Of([.. frames.Select((f, i) => InferTensor.OfBytes(cut.TensorNames[i], f.Written, Parameters(i)))], new() { From = cut.TensorNames });

        Parameters Parameters(int tensor)
        {
            Parameters parameters = new() { { ProtocolNames.Codec, spec } };
            if (TensorCodecs.Uses(codec, tables?[tensor])) parameters.Add(ProtocolNames.Tables, tables![tensor]!.Id);
            return parameters;
        }
    }

    /// <summary>The request that carries an encoded picture.</summary>
    public static long OfPicture(Network network, InputEncoding encoding, byte[] encoded)
    {
        InferTensor picture = encoding.Kind == InputKind.Tensor
            ? new(network.InputName, Tensor.Over(network.Manifest.InputType, network.InputShape, encoded))
            : InferTensor.OfBytes("image", encoded, new() { { ProtocolNames.Input, encoding.ToString() } });
        return Of([picture], new() { Input = encoding });
    }

    private static long Of(ImmutableArray<InferTensor> inputs, SegmentRequest segment)
    {
        using InferContent content = new(InferRequest.ForSegment(segment, inputs));
        return content.Length;
    }
}
