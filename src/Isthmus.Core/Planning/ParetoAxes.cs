namespace Isthmus.Core.Planning;

/// <summary>The quantities in which the plans of a Pareto set do not beat each other.</summary>
[Flags]
public enum ParetoAxes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Milliseconds from image file to answer.</summary>
    Latency = 1,

    /// <summary>Bytes that leave the device.</summary>
    Bytes = 2,

    /// <summary>The accuracy loss.</summary>
    Loss = 4,

    /// <summary>Joules for one image.</summary>
    Energy = 8,

    /// <summary>Money for one image.</summary>
    Price = 16,

    /// <summary>Milliseconds of the longest stage.</summary>
    Period = 32,

    /// <summary>Latency, bytes and loss: what every profile knows.</summary>
    Default = Latency | Bytes | Loss,
}
