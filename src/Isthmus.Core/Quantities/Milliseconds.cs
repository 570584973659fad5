using System.Text.Json;
using System.Text.Json.Serialization;

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
