using Isthmus.Core.Errors;

namespace Isthmus.Bench.Zoo;

/// <summary>What the study of the zoo measures and assumes.</summary>
public sealed record ZooOptions
{
    /// <summary>Folder with the networks.</summary>
    public required string Models { get; init; }

    /// <summary>Folder with photographs.</summary>
    public required string Images { get; init; }

    /// <summary>Folder where profiles are kept: a network whose profile is there is not measured again.</summary>
    public required string Profiles { get; init; }

    /// <summary>How many times as long as this machine the device takes.</summary>
    public double DeviceSlowdown { get; init; } = 16;

    /// <summary>How many times as long as this machine the edge takes. The cloud is this machine.</summary>
    public double EdgeSlowdown { get; init; } = 4;

    /// <summary>The most cuts of a network.</summary>
    public int MaxCuts { get; init; } = 24;

    /// <summary>Photographs that sizes come from.</summary>
    public int Samples { get; init; } = 2;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        if (!Directory.Exists(Models)) throw new IsthmusException(ErrorKind.File, $"There is no folder {Models}: bench/zoo/make.py makes one.");
        if (!Directory.Exists(Images)) throw new IsthmusException(ErrorKind.File, $"There is no folder {Images}: give one with photographs as --images.");
        if (!(DeviceSlowdown is >= 1 and <= 1000) || !(EdgeSlowdown is >= 1 and <= 1000)) throw new IsthmusException(ErrorKind.Usage, "A slow-down is a factor from 1 to 1000.");
        if (MaxCuts is < 1 or > 4096) throw new IsthmusException(ErrorKind.Usage, $"{MaxCuts} cuts are not possible: choose 1 to 4096.");
        if (Samples is < 1 or > 10_000) throw new IsthmusException(ErrorKind.Usage, $"{Samples} samples are not possible: choose 1 to 10000.");
    }
}
