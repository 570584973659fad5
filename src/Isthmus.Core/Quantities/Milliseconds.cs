using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Quantities;

/// <summary>A duration in milliseconds; never NaN. Written to JSON as a number, rounded to a microsecond.</summary>
[JsonConverter(typeof(Converter))]
public readonly record struct Milliseconds(double Value) : IComparable<Milliseconds>
{
    /// <summary>No time at all.</summary>
    public static Milliseconds Zero => default;

    /// <summary>Longer than anything.</summary>
    public static Milliseconds Infinite => new(double.PositiveInfinity);

    /// <summary>The duration between two readings of a monotonic clock.</summary>
    public static Milliseconds Since(TimeProvider clock, long start)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new(clock.GetElapsedTime(start).TotalMilliseconds);
    }

    /// <summary>Reads "25ms", "1.5s" or a plain number of milliseconds; zero or more; case does not matter.</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static Milliseconds Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        (string digits, double factor) = t.EndsWith("ms", StringComparison.Ordinal) ? (t[..^2], 1.0)
            : t.EndsWith('s') ? (t[..^1], 1000.0) : (t, 1.0);
        if (double.TryParse(digits, out double value) && double.IsFinite(value * factor) && value >= 0)
            return new(value * factor);
        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a duration: write it as 25ms or 1.5s.");
    }

    /// <summary>The same duration as a <see cref="TimeSpan"/>; infinity becomes <see cref="TimeSpan.MaxValue"/>.</summary>
    public TimeSpan ToTimeSpan() => double.IsPositiveInfinity(Value) ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(Value);

    /// <inheritdoc/>
    public int CompareTo(Milliseconds other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value < 10 ? $"{Value:0.00} ms" : Value < 1000 ? $"{Value:0.0} ms" : $"{Value / 1000:0.00} s";

#pragma warning disable CS1591 // Operators of a quantity say what they do.
    public static Milliseconds operator +(Milliseconds a, Milliseconds b) => new(a.Value + b.Value);
    public static Milliseconds operator -(Milliseconds a, Milliseconds b) => new(a.Value - b.Value);
    public static Milliseconds operator *(Milliseconds a, double factor) => new(a.Value * factor);
    public static double operator /(Milliseconds a, Milliseconds b) => a.Value / b.Value;
    public static bool operator <(Milliseconds a, Milliseconds b) => a.Value < b.Value;
    public static bool operator >(Milliseconds a, Milliseconds b) => a.Value > b.Value;
    public static bool operator <=(Milliseconds a, Milliseconds b) => a.Value <= b.Value;
    public static bool operator >=(Milliseconds a, Milliseconds b) => a.Value >= b.Value;
#pragma warning restore CS1591

    private sealed class Converter : JsonConverter<Milliseconds>
    {
        public override Milliseconds Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetDouble());

        public override void Write(Utf8JsonWriter writer, Milliseconds value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(double.IsFinite(value.Value) ? Math.Round(value.Value, 3) : double.MaxValue);
    }
}
