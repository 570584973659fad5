using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Tensors;

/// <summary>The dimensions of a tensor, each zero or more; no dimensions mean a scalar. Written to JSON as an array of integers.</summary>
[JsonConverter(typeof(Converter))]
public readonly struct TensorShape : IEquatable<TensorShape>
{
    /// <summary>More dimensions than this are refused: no network has them, and hostile input may.</summary>
    public const int MaxRank = 16;

    private readonly ImmutableArray<long> _dimensions;

    /// <summary>Creates a shape.</summary>
    /// <exception cref="IsthmusException">A dimension is negative, there are too many, or their product overflows.</exception>
    public TensorShape(params ReadOnlySpan<long> dimensions)
    {
        if (dimensions.Length > MaxRank)
            throw new IsthmusException(ErrorKind.Data, $"A tensor of {dimensions.Length} dimensions is not supported: at most {MaxRank} are.");
        long count = 1;
        foreach (long d in dimensions)
        {
            if (d < 0 || (d != 0 && count > long.MaxValue / 8 / d))
                throw new IsthmusException(ErrorKind.Data, $"[{string.Join(", ", dimensions.ToArray())}] is not the shape of a tensor.");
            count *= d;
        }

        _dimensions = [.. dimensions];
        ElementCount = count;
    }

    /// <summary>The dimensions, outermost first.</summary>
    public ImmutableArray<long> Dimensions => _dimensions.IsDefault ? [] : _dimensions;

    /// <summary>The number of dimensions.</summary>
    public int Rank => Dimensions.Length;

    /// <summary>The product of the dimensions; 1 for a scalar.</summary>
    public long ElementCount { get => _dimensions.IsDefault ? 1 : field; }

    /// <summary>One dimension.</summary>
    public long this[int index] => Dimensions[index];

    /// <inheritdoc/>
    public bool Equals(TensorShape other) => Dimensions.AsSpan().SequenceEqual(other.Dimensions.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TensorShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (long d in Dimensions) hash.Add(d);
        return hash.ToHashCode();
    }

    /// <summary>The dimensions joined by "×", such as 1×3×224×224; "scalar" if there are none.</summary>
    public override string ToString() => Rank == 0 ? "scalar" : string.Join('×', Dimensions);

    /// <summary>Whether two shapes have the same dimensions.</summary>
    public static bool operator ==(TensorShape left, TensorShape right) => left.Equals(right);

    /// <summary>Whether two shapes differ.</summary>
    public static bool operator !=(TensorShape left, TensorShape right) => !left.Equals(right);

    private sealed class Converter : JsonConverter<TensorShape>
    {
        public override TensorShape Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<long[]>(ref reader, options) ?? []);

        public override void Write(Utf8JsonWriter writer, TensorShape value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (long d in value.Dimensions) writer.WriteNumberValue(d);
            writer.WriteEndArray();
        }
    }
}
