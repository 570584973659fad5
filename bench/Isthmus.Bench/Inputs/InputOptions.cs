using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Bench.Inputs;

/// <summary>What <see cref="InputComparison"/> compares.</summary>
public sealed record InputOptions
{
    /// <summary>The networks that are measured by default, in the folder of models.</summary>
    public static ImmutableArray<string> DefaultNetworks { get; } = ["mobilenet_v1_0.75_192", "mobilenet_v1_0.25_128", "squeezenet1.1", "inception_v3"];

    /// <summary>The folder with the models, as NAME.onnx.</summary>
    public required string Models { get; init; }

    /// <summary>The folder with the photographs.</summary>
    public required string Images { get; init; }

    /// <summary>CSV file with the columns file and class_index; default: labels.csv in the folder of photographs or beside it, and no top-1 if there is none.</summary>
    public string? Labels { get; init; }

    /// <summary>The clone where set-up was run, for the network that it installs; null if that is not known.</summary>
    public string? Root { get; init; }

    /// <summary>The networks; default: <see cref="DefaultNetworks"/>.</summary>
    public ImmutableArray<string> Networks { get; init; } = DefaultNetworks;

    /// <summary>The forms; default: <see cref="DefaultForms"/>.</summary>
    public ImmutableArray<InputEncoding> Forms { get; init; } = DefaultForms(quick: false);

    /// <summary>How many photographs, at most; null for all.</summary>
    public int? Photographs { get; init; }

    /// <summary>Whether only every fourth photograph is taken. Default false.</summary>
    public bool Quick { get; init; }

    /// <summary>Parts of two progressive JPEGs, JPEGs and WebPs of several qualities, smaller JPEGs, and parts of the embedded code. Quick: fewer of each.</summary>
    public static ImmutableArray<InputEncoding> DefaultForms(bool quick)
    {
        int[] qualities = quick ? [85, 65, 50, 30, 20, 10] : [95, 90, 85, 75, 65, 50, 40, 30, 20, 15, 10];
        double[] parts = quick ? [0.7, 0.5, 0.35] : [0.85, 0.7, 0.6, 0.5, 0.35];
        double[] scales = quick ? [0.8, 0.6] : [0.9, 0.8, 0.7, 0.6, 0.5];
        double[] shares = quick ? [1, 0.7, 0.5, 0.35, 0.25] : [1, 0.85, 0.7, 0.6, 0.5, 0.42, 0.35, 0.28, 0.22, 0.17];
        return
        [
            .. from quality in (int[])[75, 50] from part in parts.Prepend(1) select InputEncoding.Jpeg(quality).First(part),
            .. from quality in qualities select InputEncoding.Jpeg(quality),
            .. from quality in qualities select InputEncoding.Webp(quality),
            .. from scale in scales select InputEncoding.Jpeg(75).ScaledBy(scale),
            .. from share in shares select InputEncoding.Embedded.First(share),
        ];
    }

    /// <summary>The forms that a user names, separated by commas.</summary>
    /// <exception cref="IsthmusException">There is no form of a name.</exception>
    public static ImmutableArray<InputEncoding> ParseForms(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(InputEncoding.Parse).Distinct()];
    }
}
