using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;

namespace Isthmus.Bench.Compression;

/// <summary>What <see cref="CompressionComparison"/> compares.</summary>
public sealed record CompressionOptions
{
    private static readonly string[] Ours = ["fast", "dense"];

    /// <summary>The folder with the models, as NAME.onnx.</summary>
    public required string Models { get; init; }

    /// <summary>The folder with the photographs.</summary>
    public required string Images { get; init; }

    /// <summary>CSV file with the columns file and class_index; default: labels.csv in the folder of photographs or beside it, and no top-1 if there is none.</summary>
    public string? Labels { get; init; }

    /// <summary>The clone where set-up was run, for the network that it installs; null if that is not known.</summary>
    public string? Root { get; init; }

    /// <summary>The rows; default: <see cref="CompressionCase.All"/>.</summary>
    public ImmutableArray<CompressionCase> Cases { get; init; } = CompressionCase.All;

    /// <summary>The codecs beside the floor codec; default: <see cref="DefaultCodecs"/>.</summary>
    public ImmutableArray<CodecSpec> Codecs { get; init; } = DefaultCodecs(quick: false);

    /// <summary>How many photographs, at most, instead of each row's own number; null for that.</summary>
    public int? Photographs { get; init; }

    /// <summary>Whether only every fourth photograph is taken. Default false.</summary>
    public bool Quick { get; init; }

    /// <summary>
    /// JALAD's codec with 1…8 bits, and of "fast:L" and "dense:L" with L ∈ 2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64 those that exist.
    /// Quick: fewer of each.
    /// </summary>
    public static ImmutableArray<CodecSpec> DefaultCodecs(bool quick)
    {
        int[] bits = quick ? [2, 3, 4, 5, 6] : [1, 2, 3, 4, 5, 6, 7, 8];
        int[] levels = quick ? [3, 5, 8, 16, 32] : [2, 3, 4, 5, 6, 8, 12, 16, 24, 32, 64];
        return
        [
            .. bits.Select(CodecSpec.Huffman),
            .. from kind in Ours from level in levels let spec = Known($"{kind}:{level}") where spec is not null select spec.Value,
        ];
    }

    /// <summary>The codecs that a user names, separated by commas; "huffman", "fast" and "dense" alone mean all of their kind that are compared by default.</summary>
    /// <exception cref="IsthmusException">There is no codec of a name.</exception>
    public static ImmutableArray<CodecSpec> ParseCodecs(string text, bool quick)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<CodecSpec> codecs = [];
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            CodecSpec[] ofKind = [.. DefaultCodecs(quick).Where(c => c.ToString().StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))];
            if (ofKind.Length > 0) codecs.AddRange(ofKind);
            else codecs.Add(CodecSpec.Parse(name));
        }

        return [.. codecs.Distinct()];
    }

    private static CodecSpec? Known(string text)
    {
        try
        {
            CodecSpec spec = CodecSpec.Parse(text);
            TensorCodecs.Get(spec);
            return spec;
        }
        catch (IsthmusException)
        {
            return null;
        }
    }
}
