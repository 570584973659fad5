using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Protocol;

/// <summary>Asks a node to measure one segment, with nothing else running on it meanwhile.</summary>
public sealed record MeasureRequest
{
    /// <summary>The pause before each measured run, on the device and on the nodes: requests of one user do not follow each other without one.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>The tensors where the segment begins; null at the model's inputs.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>The tensors where it ends; null at the model's outputs.</summary>
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>Codecs to time on the tensors of <see cref="To"/>, or of <see cref="From"/> if the segment ends at the outputs.</summary>
    public ImmutableArray<CodecSpec> Codecs { get; init; } = [];

    /// <summary>Input encodings to time on <see cref="Image"/>.</summary>
    public ImmutableArray<InputEncoding> Inputs { get; init; } = [];

    /// <summary>Runs before the measurement, 0…1000.</summary>
    public int Warmup { get; init; } = 2;

    /// <summary>Runs that are measured, 0…1000; 0 measures only codecs and inputs.</summary>
    public int Repeats { get; init; } = 10;

    /// <summary>A real photograph, a file's bytes (base64 in JSON), from which the activations are computed; without it they come from seeded noise.</summary>
    public byte[]? Image { get; init; }

    /// <summary>Whether the segment is dropped first if the node has it loaded, so that the time to load it and its memory are seen. Default not.</summary>
    public bool Cold { get; init; }

    /// <summary>Whether the kernels of the segment are timed, too; see <see cref="MeasureReply.Kernels"/>. As many runs as <see cref="Repeats"/>.</summary>
    public bool Kernels { get; init; }
}
