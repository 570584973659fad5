using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Codec;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What Isthmus asks of a node beyond the protocol: which segment to run, in which form its input comes, and where its output goes.</summary>
public sealed record SegmentRequest
{
    /// <summary>The whole model, raw tensors in and out.</summary>
    public static SegmentRequest Whole { get; } = new();

    /// <summary>The tensors where the segment begins, in the cut's canonical order; null at the model's inputs.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>The tensors where it ends, in the cut's canonical order; null at the model's outputs.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>How the tensors of <see cref="To"/> are encoded for the next hop, or for the caller if there is none; null for raw tensors.</summary>
    public CodecSpec? Codec { get; init; }

    /// <summary>
    /// The first 16 digits of the SHA-256 of the trained tables that <see cref="Codec"/> uses, for each tensor of <see cref="To"/>, empty for none; null for none at all.
    /// The node has them already.
    /// </summary>
    public IReadOnlyList<string>? Tables { get; init; }

    /// <summary>The form of the input; null or "tensor" for tensors or frames, else the input is an image's bytes.</summary>
    public InputEncoding? Input { get; init; }

    /// <summary>The node that runs the rest; null if this one answers.</summary>
    public NextHop? Next { get; init; }

    /// <summary>The time that is left for the whole answer when the request arrives; null for no limit.</summary>
    [JsonPropertyName("deadlineMs")]
    public Milliseconds? Deadline { get; init; }

    /// <summary>What a message's parameters ask; <see cref="Whole"/> where they ask nothing.</summary>
    /// <exception cref="ProtocolException">The parameter is there, and is none.</exception>
    internal static SegmentRequest Read(Parameters parameters)
    {
        if (parameters.Find(ProtocolNames.Isthmus) is not { } value) return Whole;
        try
        {
            SegmentRequest segment = JsonSerializer.Deserialize<SegmentRequest>(value.Text ?? "", IsthmusJson.Compact)
                ?? throw new JsonException("null");
            segment.Validate();
            return segment;
        }
        catch (JsonException e)
        {
            throw new ProtocolException(ProtocolError.BadMember, $"The parameter '{ProtocolNames.Isthmus}' is not a segment request: {e.Message}", e);
        }
    }

    /// <summary>Checks what the type cannot.</summary>
    /// <exception cref="ProtocolException">It asks for something that makes no sense.</exception>
    public void Validate()
    {
        if (Next is not null && To is null)
            throw Bad("A segment that ends at the model's output has no next node: name the tensors in 'to', or leave out 'next'.");
        if (Codec is not null && To is null)
            throw Bad("The model's outputs return as raw tensors: leave out 'codec', or name the tensors in 'to'.");
        if (Deadline is { } deadline && !(deadline.Value > 0 && double.IsFinite(deadline.Value)))
            throw Bad("'deadlineMs' must be a positive number of milliseconds.");
        if (From is { Count: 0 } or { Count: > 64 } || To is { Count: 0 } or { Count: > 64 })
            throw Bad("A cut has between 1 and 64 tensors.");
        CheckTables(Tables, To);
        int hops = 0;
        for (NextHop? hop = Next; hop is not null; hop = hop.Next)
        {
            if (++hops > 4) throw Bad("At most four further nodes can follow.");
            if (hop.From is not { Count: > 0 and <= 64 } || hop.To is { Count: 0 } or { Count: > 64 })
                throw Bad("A cut has between 1 and 64 tensors.");
            CheckTables(hop.Tables, hop.To);
            if (hop.Next is not null && hop.To is null) throw Bad("A segment that ends at the model's output has no next node.");
            if (!Uri.TryCreate(hop.Url, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
                throw Bad($"'{hop.Url}' is not the address of a node: write it as http://HOST:PORT.");
        }
    }

    private static void CheckTables(IReadOnlyList<string>? tables, IReadOnlyList<string>? to)
    {
        if (tables is not null && tables.Count != (to?.Count ?? 0)) throw Bad("'tables' has one hash, or an empty text, for each tensor of 'to'.");
    }

    private static ProtocolException Bad(string message) => new(ProtocolError.BadMember, message);
}
