using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Quantities;

/// <summary>
/// A computing rate in floating-point operations per second, above zero and finite. A multiply-accumulate (MAC) is two operations.
/// MFLOPS, GFLOPS, TFLOPS and PFLOPS are powers of 1000. Written to JSON as a number.
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct FlopsPerSecond(double Value) : IComparable<FlopsPerSecond>
{
    /// <summary>Operations of one multiply-accumulate: a multiplication and an addition.</summary>
    public const double PerMac = 2;

    /// <summary>The fastest that counts as a machine: a zettaflops.</summary>
    public const double Max = 1e21;

    /// <summary>How long so many multiply-accumulates take at this rate: 2·MACs / FLOPS.</summary>
    public Milliseconds TimeOf(double macs) => new(PerMac * macs / Value * 1e3);

    /// <summary>Reads "0.3TFLOPS", "300 GFLOPS", "5MFLOPS" or "2PFLOPS"; case does not matter.</summary>
    /// <exception cref="IsthmusException">The text is none of these, or the rate is no machine's.</exception>
    public static FlopsPerSecond Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToUpperInvariant();
        (string suffix, double factor)[] units = [("PFLOPS", 1e15), ("TFLOPS", 1e12), ("GFLOPS", 1e9), ("MFLOPS", 1e6)];
        foreach ((string suffix, double factor) in units)
        {
            if (t.EndsWith(suffix, StringComparison.Ordinal) && double.TryParse(t[..^suffix.Length], out double value) && value > 0 && value * factor is >= 1 and <= Max)
                return new(value * factor);
        }

        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a computing rate: write it as 300GFLOPS, 0.3TFLOPS or 1PFLOPS.");
    }

    /// <inheritdoc/>
    public int CompareTo(FlopsPerSecond other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value switch
    {
        >= 1e15 => $"{Value / 1e15:0.###} PFLOPS",
        >= 1e12 => $"{Value / 1e12:0.###} TFLOPS",
        >= 1e9 => $"{Value / 1e9:0.###} GFLOPS",
        _ => $"{Value / 1e6:0.###} MFLOPS",
    };

#pragma warning disable CS1591 // Operators of a quantity say what they do.
    public static bool operator <(FlopsPerSecond a, FlopsPerSecond b) => a.Value < b.Value;
    public static bool operator >(FlopsPerSecond a, FlopsPerSecond b) => a.Value > b.Value;
    public static bool operator <=(FlopsPerSecond a, FlopsPerSecond b) => a.Value <= b.Value;
    public static bool operator >=(FlopsPerSecond a, FlopsPerSecond b) => a.Value >= b.Value;
#pragma warning restore CS1591

    private sealed class Converter : JsonConverter<FlopsPerSecond>
    {
        public override FlopsPerSecond Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, FlopsPerSecond value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }
}
