using System.Text.Json;
using System.Text.Json.Serialization;

namespace Isthmus.Core.Quantities;

/// <summary>A number of bytes, zero or more. Shown in kB = 1000 bytes, as networks count. Written to JSON as an integer.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ByteCount(long Value) : IComparable<ByteCount>
{
    /// <summary>Nothing.</summary>
    public static ByteCount Zero => default;

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
