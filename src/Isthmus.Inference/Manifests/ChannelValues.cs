using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Manifests;

/// <summary>
/// One number for each of three channels, in the order in which the network takes them (so of a BGR network the first is for
/// blue). A grey network uses the first. Read from JSON as one number for all, or an array of one or three; written as an array of three.
/// </summary>
/// <param name="First">For the first channel.</param>
/// <param name="Second">For the second channel.</param>
/// <param name="Third">For the third channel.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct ChannelValues(double First, double Second, double Third)
{
    /// <summary>The same number for all channels.</summary>
    public ChannelValues(double all)
        : this(all, all, all)
    {
    }

    /// <summary>The number of one channel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The channel is not 0, 1 or 2.</exception>
    public double this[int channel] => channel switch
    {
        0 => First,
        1 => Second,
        2 => Third,
        _ => throw new ArgumentOutOfRangeException(nameof(channel)),
    };

    /// <summary>Whether all three are finite.</summary>
    [JsonIgnore]
    public bool IsFinite => double.IsFinite(First) && double.IsFinite(Second) && double.IsFinite(Third);

    /// <summary>Reads one number, or three separated by commas.</summary>
    /// <exception cref="IsthmusException">The text is neither.</exception>
    public static ChannelValues Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        double[] numbers = new double[parts.Length];
        bool valid = parts.Length is 1 or 3;
        for (int i = 0; i < parts.Length && valid; i++)
            valid = double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) && double.IsFinite(numbers[i]);
        if (!valid)
            throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a value per channel: give one number, or three separated by commas.");
        return numbers.Length == 1 ? new(numbers[0]) : new(numbers[0], numbers[1], numbers[2]);
    }

    /// <summary>The three numbers, separated by commas.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{First:R},{Second:R},{Third:R}");

    private sealed class Converter : JsonConverter<ChannelValues>
    {
        public override ChannelValues Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Number) return new(reader.GetDouble());
            double[] numbers = JsonSerializer.Deserialize<double[]>(ref reader, options) ?? [];
            return numbers switch
            {
                [double all] => new(all),
                [double first, double second, double third] => new(first, second, third),
                _ => throw new JsonException("A value per channel is one number, or an array of three."),
            };
        }

        public override void Write(Utf8JsonWriter writer, ChannelValues value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(value.First);
            writer.WriteNumberValue(value.Second);
            writer.WriteNumberValue(value.Third);
            writer.WriteEndArray();
        }
    }
}
