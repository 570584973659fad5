using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Manifests;

namespace Isthmus.Lab.Reproduction;

/// <summary>What a reproduction runs on, and how thoroughly.</summary>
public sealed record ReproductionOptions
{
    /// <summary>Whether it must end within a minute on the embedded network: fewer cuts, codecs, photographs and bandwidths. Default false.</summary>
    public bool Quick { get; init; }

    /// <summary>ONNX files, and folders of them; empty (the default) for the embedded network.</summary>
    public ImmutableArray<string> Models { get; init; } = [];

    /// <summary>What the user says of the models' manifests.</summary>
    public ManifestOverrides? Manifest { get; init; }

    /// <summary>A folder of photographs, or one photograph; null (the default) for the samples.</summary>
    public string? Images { get; init; }

    /// <summary>A CSV file with the photographs' classes; null for the one among them, if there is one.</summary>
    public string? Labels { get; init; }

    /// <summary>The most photographs; null (the default) for what suits the reproduction.</summary>
    public int? Limit { get; init; }

    /// <summary>Δα: the largest accuracy loss that a plan may have, 0…1. Default 0.02.</summary>
    public double MaxLoss { get; init; } = 0.02;

    /// <summary>How many times slower than this machine the machine at the source is, 1…1000; null (the default) for what suits the reproduction. Emulated.</summary>
    public double? Slowdown { get; init; }

    /// <summary>How many times slower than this machine the machine at the source is, where nothing else is said: 8 times.</summary>
    public double EdgeSlowdown => Slowdown ?? 8;

    /// <summary>The round-trip time of the link, 0…10 s. Default 10 ms; emulated.</summary>
    public Milliseconds RoundTrip { get; init; } = new(10);

    /// <summary>The bandwidths at which everything really runs; empty (the default) for the paper's, and others in a full run.</summary>
    public ImmutableArray<BitsPerSecond> Rates { get; init; } = [];

    /// <summary>The codecs that Isthmus may choose from; empty (the default) for all there are that make sense.</summary>
    public ImmutableArray<CodecSpec> Codecs { get; init; } = [];

    /// <summary>A folder with the measurements that a paper's authors published, to reproduce from them instead of measuring; null (the default) for none. Only scission has such.</summary>
    public string? Data { get; init; }

    /// <summary>Where state is kept.</summary>
    public string DataFolder { get; init; } = Core.Storage.DataFolder.Resolve();

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Limit is < 1 or > 100_000) throw new IsthmusException(ErrorKind.Usage, $"{Limit} photographs are not possible: choose 1 to 100000.");
        if (MaxLoss is not (>= 0 and <= 1)) throw new IsthmusException(ErrorKind.Usage, "The limit on accuracy loss is a share from 0 to 1, such as 0.01 for one percent.");
        if (Slowdown is not (null or (>= 1 and <= 1000))) throw new IsthmusException(ErrorKind.Usage, "A slow-down is a factor from 1 to 1000.");
        if (RoundTrip.Value is not (>= 0 and <= 10_000)) throw new IsthmusException(ErrorKind.Usage, "A round trip is from 0 ms to 10 s.");
        if (Rates.Any(r => r.Value is not (>= 8_000 and <= 1e11))) throw new IsthmusException(ErrorKind.Usage, "A bandwidth is from 1 kB/s (8kbit) to 100gbit.");
        if (Rates.Length > 32) throw new IsthmusException(ErrorKind.Usage, "At most 32 bandwidths can be run at.");
    }
}
