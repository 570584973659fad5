using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Json;

namespace Isthmus.Runtime.Protocol;

/// <summary>A request for inference: the Open Inference Protocol v2's inference request object. Owns its inputs.</summary>
public sealed class InferRequest : IDisposable
{
    /// <summary>The caller's id of the request, which the response repeats; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>The parameters.</summary>
    public Parameters Parameters { get; init; } = [];

    /// <summary>The input tensors.</summary>
    public required ImmutableArray<InferTensor> Inputs { get; init; }

    /// <summary>The outputs that are wanted; none means all.</summary>
    public ImmutableArray<RequestedOutput> Outputs { get; init; } = [];

    /// <summary>A request of Isthmus: with a segment, and its outputs wanted as bytes.</summary>
    public static InferRequest ForSegment(SegmentRequest segment, ImmutableArray<InferTensor> inputs, string? id = null) => new()
    {
        Id = id,
        Inputs = inputs,
        Parameters = new()
        {
            { ProtocolNames.BinaryDataOutput, true },
            { ProtocolNames.Isthmus, JsonSerializer.Serialize(segment, IsthmusJson.Compact) },
        },
    };

    /// <summary>What Isthmus is asked beyond the protocol; <see cref="SegmentRequest.Whole"/> where nothing is.</summary>
    /// <exception cref="ProtocolException">The parameter is there, and is none.</exception>
    public SegmentRequest Segment() => SegmentRequest.Read(Parameters);

    /// <summary>Gives the inputs' memory back.</summary>
    public void Dispose()
    {
        foreach (InferTensor input in Inputs) input.Dispose();
    }
}
