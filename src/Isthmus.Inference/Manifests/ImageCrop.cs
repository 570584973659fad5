using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Manifests;

/// <summary>
/// The part of a picture that a network sees: the central square whose side is a fraction of the shorter side, or the whole
/// picture, stretched to the input size. Written to JSON as the fraction, or "none".
/// </summary>
[JsonConverter(typeof(Converter))]
public readonly record struct ImageCrop
{
    private readonly double _fraction;

    private ImageCrop(double fraction) => _fraction = fraction;

    /// <summary>The whole picture, stretched.</summary>
    public static ImageCrop None => default;

    /// <summary>The crop that ImageNet's evaluations use: 0.875 of the shorter side.</summary>
    public static ImageCrop Default => new(0.875);

    /// <summary>The square's side over the picture's shorter side, 0 … 1; null for the whole picture.</summary>
    public double? Fraction => _fraction > 0 ? _fraction : null;

    /// <summary>A central square.</summary>
    /// <param name="fraction">Its side over the picture's shorter side, above 0 and at most 1.</param>
    /// <exception cref="IsthmusException">The fraction is outside that range.</exception>
    public static ImageCrop Square(double fraction) => fraction is > 0 and <= 1 ? new(fraction)
        : throw new IsthmusException(ErrorKind.Usage, $"{fraction} is not a crop: give a fraction above 0 and at most 1 of the shorter side, or none.");

    /// <summary>Reads a fraction, or "none".</summary>
    /// <exception cref="IsthmusException">The text is neither.</exception>
    public static ImageCrop Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim();
        if (t.Equals("none", StringComparison.OrdinalIgnoreCase)) return None;
        return double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) ? Square(fraction)
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a crop: give a fraction above 0 and at most 1 of the shorter side, or none.");
    }

    /// <summary>The part to take of a picture of this size.</summary>
    public ImageArea Of(int width, int height)
    {
        if (Fraction is not { } fraction) return new(0, 0, width, height);
        double side = fraction * Math.Min(width, height);
        return new((width - side) / 2, (height - side) / 2, side, side);
    }

    /// <inheritdoc/>
    public override string ToString() => Fraction?.ToString("R", CultureInfo.InvariantCulture) ?? "none";

    private sealed class Converter : JsonConverter<ImageCrop>
    {
        public override ImageCrop Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return reader.TokenType == JsonTokenType.Number ? Square(reader.GetDouble()) : Parse(reader.GetString() ?? "");
            }
            catch (IsthmusException e)
            {
                throw new JsonException(e.Message, e);
            }
            catch (InvalidOperationException e)
            {
                throw new JsonException("A crop is a number or \"none\".", e);
            }
        }

        public override void Write(Utf8JsonWriter writer, ImageCrop value, JsonSerializerOptions options)
        {
            if (value.Fraction is { } fraction) writer.WriteNumberValue(fraction);
            else writer.WriteStringValue("none");
        }
    }
}
