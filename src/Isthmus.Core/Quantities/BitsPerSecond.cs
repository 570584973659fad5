using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Quantities;

/// <summary>
/// A bandwidth in bits per second, above zero; infinity means "not limited". kbit, Mbit and Gbit are powers of 1000.
/// Written to JSON as a number of bits per second, infinity as null.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct BitsPerSecond(double Value) : IComparable<BitsPerSecond>
{
    /// <summary>A link whose bandwidth does not limit.</summary>
    public static BitsPerSecond Unlimited => new(double.PositiveInfinity);

    /// <summary>How long this many bytes take on a link of this bandwidth, without its delay.</summary>
    public Milliseconds TransferTime(ByteCount bytes) =>
        double.IsPositiveInfinity(Value) ? Milliseconds.Zero : new(bytes.Value * 8e3 / Value);

    /// <summary>Reads "8mbit", "300kbit", "1.5gbit", "56000bit" or "unlimited"; case does not matter.</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static BitsPerSecond Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        if (t == "unlimited")
            return Unlimited;
        (string suffix, double factor)[] units = [("gbit", 1e9), ("mbit", 1e6), ("kbit", 1e3), ("bit", 1)];
        foreach ((string suffix, double factor) in units)
        {
            if (t.EndsWith(suffix, StringComparison.Ordinal)
                && double.TryParse(t[..^suffix.Length], out double value) && double.IsFinite(value) && value > 0)
                return new(value * factor);
        }

        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a bandwidth: write it as 8mbit, 300kbit, 1gbit or unlimited.");
    }

    /// <inheritdoc/>
    public int CompareTo(BitsPerSecond other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => double.IsPositiveInfinity(Value) ? "unlimited"
        : Value >= 1e9 ? $"{Value / 1e9:0.##} Gbit/s" : Value >= 1e6 ? $"{Value / 1e6:0.##} Mbit/s" : $"{Value / 1e3:0.##} kbit/s";

#pragma warning disable CS1591 // Operators of a quantity say what they do.
    public static bool operator <(BitsPerSecond a, BitsPerSecond b) => a.Value < b.Value;
    public static bool operator >(BitsPerSecond a, BitsPerSecond b) => a.Value > b.Value;
    public static bool operator <=(BitsPerSecond a, BitsPerSecond b) => a.Value <= b.Value;
    public static bool operator >=(BitsPerSecond a, BitsPerSecond b) => a.Value >= b.Value;
#pragma warning restore CS1591

    private sealed class Converter : JsonConverter<BitsPerSecond>
    {
        public override bool HandleNull => true;

        public override BitsPerSecond Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? Unlimited : new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, BitsPerSecond value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value.Value)) writer.WriteNumberValue(Math.Round(value.Value));
            else writer.WriteNullValue();
        }
    }
}
