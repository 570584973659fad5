using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Inference.Manifests;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Lab.Demo;

/// <summary>What the demo runs on.</summary>
public sealed record DemoOptions
{
    /// <summary>The ONNX file; null (the default) for the embedded network.</summary>
    public string? Model { get; init; }

    /// <summary>What the user says of the model's manifest.</summary>
    public ManifestOverrides? Manifest { get; init; }

    /// <summary>A folder of images, or one image; null (the default) for the sample photographs.</summary>
    public string? Images { get; init; }

    /// <summary>A file with the images' classes; null for the one among the images, if there is one.</summary>
    public string? Labels { get; init; }

    /// <summary>The most images. Default 8.</summary>
    public int Limit { get; init; } = 8;

    /// <summary>How many times the device is slowed down. Default 8; emulated.</summary>
    public double DeviceSlowdown { get; init; } = 8;

    /// <summary>How many times the edge is slowed down. Default 5; emulated. The cloud is as fast as this machine.</summary>
    public double EdgeSlowdown { get; init; } = 5;

    /// <summary>Whether everything is measured again, even if it was measured before. Default false.</summary>
    public bool Fresh { get; init; }

    /// <summary>Where state is kept.</summary>
    public string DataFolder { get; init; } = Core.Storage.DataFolder.Resolve();

    /// <summary>The phases. Default <see cref="DemoPhase.Default"/>.</summary>
    public ImmutableArray<DemoPhase> Phases { get; init; } = DemoPhase.Default;

    /// <summary>What is profiled. Default: eight cuts, and middles between four of them.</summary>
    public ProfilerOptions Profiling { get; init; } = ProfilerOptions.Default with { MaxCuts = 8, MiddleCuts = 4 };

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Limit is < 1 or > 10_000) throw new IsthmusException(ErrorKind.Usage, $"{Limit} images are not possible: choose 1 to 10000.");
        if (DeviceSlowdown is not (>= 1 and <= 1000) || EdgeSlowdown is not (>= 1 and <= 1000))
            throw new IsthmusException(ErrorKind.Usage, "A slow-down is a factor from 1 to 1000.");
        if (Phases.IsDefaultOrEmpty) throw new IsthmusException(ErrorKind.Usage, "The demo needs at least one phase.");
    }
}
