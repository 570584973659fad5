using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Quantities;

/// <summary>A number of bytes, zero or more. Shown in kB = 1000 bytes, as networks count. Written to JSON as an integer.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ByteCount(long Value) : IComparable<ByteCount>
{
    /// <summary>Nothing.</summary>
    public static ByteCount Zero => default;

    /// <summary>Reads "5000", "20kB" or "1.5MB" (kB = 1000 bytes); zero or more, at most 10^15; case and spaces before the unit do not matter; a part of a byte is cut off.</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static ByteCount Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        (string digits, double factor) = t.EndsWith("kb", StringComparison.Ordinal) ? (t[..^2], 1e3)
            : t.EndsWith("mb", StringComparison.Ordinal) ? (t[..^2], 1e6)
            : t.EndsWith("gb", StringComparison.Ordinal) ? (t[..^2], 1e9)
            : t.EndsWith('b') ? (t[..^1], 1.0) : (t, 1.0);
        // The nearest number to 0.15·10^6 must not become 149999.
        if (double.TryParse(digits, out double value) && value * factor is >= 0 and <= 1e15) return new((long)Math.Floor((value * factor) + 1e-6));
        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a number of bytes: write it as 5000, 20kB or 1.5MB.");
    }

    /// <inheritdoc/>
    public int CompareTo(ByteCount other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() =>
        Value < 1000 ? $"{Value} B" : Value < 1_000_000 ? $"{Value / 1e3:0.0} kB" : $"{Value / 1e6:0.00} MB";

#pragma warning disable CS1591 // Operators of a quantity say what they do.
    public static ByteCount operator +(ByteCount a, ByteCount b) => new(a.Value + b.Value);
    public static bool operator <(ByteCount a, ByteCount b) => a.Value < b.Value;
    public static bool operator >(ByteCount a, ByteCount b) => a.Value > b.Value;
    public static bool operator <=(ByteCount a, ByteCount b) => a.Value <= b.Value;
    public static bool operator >=(ByteCount a, ByteCount b) => a.Value >= b.Value;
#pragma warning restore CS1591

    private sealed class Converter : JsonConverter<ByteCount>
    {
        public override ByteCount Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetInt64());

        public override void Write(Utf8JsonWriter writer, ByteCount value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Value);
    }
}
