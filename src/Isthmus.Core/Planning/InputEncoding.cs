using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// How the input crosses: "local" (it does not), "file", "jpeg:Q" or "webp:Q" with quality Q ∈ 1…100, "embedded", "png", "pixels" or "tensor".
/// Progressive forms may be cut: "jpeg:75@0.4" is the first 40 % of the bytes of a progressive JPEG of quality 75. Lossy forms may be scaled down:
/// "jpeg:75x0.5" has half the input's width and height, and the node scales it up again. Written to JSON as that text.
/// </summary>
/// <param name="Kind">The form.</param>
/// <param name="Quality">The quality of a JPEG or WebP; 0 for the other forms.</param>
[JsonConverter(typeof(Converter))]
public readonly record struct InputEncoding(InputKind Kind, int Quality = 0)
{
    // Of the default value these must be zero too.
    private readonly short _leftOut;
    private readonly sbyte _shrunk;

    /// <summary>The input stays on the device.</summary>
    public static InputEncoding Local => new(InputKind.Local);

    /// <summary>The file's own bytes.</summary>
    public static InputEncoding File => new(InputKind.File);

    /// <summary>PNG at the model's input size.</summary>
    public static InputEncoding Png => new(InputKind.Png);

    /// <summary>Raw 8-bit pixels at the model's input size.</summary>
    public static InputEncoding Pixels => new(InputKind.Pixels);

    /// <summary>The raw input tensor.</summary>
    public static InputEncoding Tensor => new(InputKind.Tensor);

    /// <summary>Isthmus's embedded code, whole.</summary>
    public static InputEncoding Embedded => new(InputKind.Embedded);

    /// <summary>The share of the bytes that crosses, from their beginning: 0.001…1 in steps of a thousandth; of what the form is when whole.</summary>
    public double Fraction => (1000 - _leftOut) / 1000.0;

    /// <summary>Width and height as a share of the model's input's, 0.01…1 in steps of a hundredth.</summary>
    public double Scale => (100 - _shrunk) / 100.0;

    /// <summary>Whether only the first part of the bytes crosses.</summary>
    public bool IsPartial => _leftOut != 0;

    /// <summary>Whether a first part of the bytes can be decoded.</summary>
    public bool IsProgressive => Kind is InputKind.Jpeg or InputKind.Embedded;

    /// <summary>Whether the network's input is not exactly what it would be on the device.</summary>
    public bool IsLossy => Kind is InputKind.Jpeg or InputKind.Webp or InputKind.Embedded;

    /// <summary>The same form, whole: what its fractions are fractions of.</summary>
    public InputEncoding Whole => new(this, 0, _shrunk);

    private InputEncoding(InputEncoding form, int leftOut, int shrunk) : this(form.Kind, form.Quality)
    {
        _leftOut = (short)leftOut;
        _shrunk = (sbyte)shrunk;
    }

    /// <summary>JPEG at the model's input size, progressive.</summary>
    /// <exception cref="IsthmusException">The quality is not in 1…100.</exception>
    public static InputEncoding Jpeg(int quality) => new(InputKind.Jpeg, Checked(quality, "JPEG"));

    /// <summary>Lossy WebP at the model's input size.</summary>
    /// <exception cref="IsthmusException">The quality is not in 1…100.</exception>
    public static InputEncoding Webp(int quality) => new(InputKind.Webp, Checked(quality, "WebP"));

    /// <summary>The first part of the bytes, rounded to a thousandth.</summary>
    /// <param name="fraction">0.001…1; 1 is all of them.</param>
    /// <exception cref="IsthmusException">The fraction is out of range, or the form is not progressive and the fraction is not 1.</exception>
    public InputEncoding First(double fraction)
    {
        if (!(fraction is >= 0.0005 and <= 1)) throw new IsthmusException(ErrorKind.Usage, $"{fraction.ToString(CultureInfo.InvariantCulture)} is not a fraction of the bytes: choose 0.001 to 1.");
        int leftOut = 1000 - (int)Math.Round(fraction * 1000, MidpointRounding.AwayFromZero);
        if (leftOut != 0 && !IsProgressive) throw new IsthmusException(ErrorKind.Usage, $"A part of '{Whole}' is no picture: fractions are of jpeg:Q and embedded.");
        return new(this, leftOut, _shrunk);
    }

    /// <summary>The same form, scaled down, rounded to a hundredth.</summary>
    /// <param name="scale">0.01…1; 1 is the model's input size.</param>
    /// <exception cref="IsthmusException">The scale is out of range, or the form is lossless and the scale is not 1.</exception>
    public InputEncoding ScaledBy(double scale)
    {
        if (!(scale is >= 0.005 and <= 1)) throw new IsthmusException(ErrorKind.Usage, $"{scale.ToString(CultureInfo.InvariantCulture)} is not a scale: choose 0.01 to 1.");
        int shrunk = 100 - (int)Math.Round(scale * 100, MidpointRounding.AwayFromZero);
        if (shrunk != 0 && !IsLossy)
            throw new IsthmusException(ErrorKind.Usage, $"'{this}' is not scaled down: scales are of jpeg:Q, webp:Q and embedded.");
        return new(this, _leftOut, shrunk);
    }

    /// <summary>Reads the text form.</summary>
    /// <exception cref="IsthmusException">The text is none of the forms.</exception>
    public static InputEncoding Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string t = text.Trim().ToLowerInvariant();
        string form = t;
        double fraction = 1, scale = 1;
        if (Suffix('@', ref form) is { } f) fraction = f;
        // No form's name but "pixels" has the letter, and there no number follows.
        if (form.Contains(':', StringComparison.Ordinal) || form.StartsWith("embedded", StringComparison.Ordinal))
        {
            if (Suffix('x', ref form) is { } s) scale = s;
        }

        InputEncoding encoding = form switch
        {
            "local" => Local,
            "file" => File,
            "png" => Png,
            "pixels" => Pixels,
            "tensor" => Tensor,
            "embedded" => Embedded,
            _ when QualityOf("jpeg:") is { } quality => Jpeg(quality),
            _ when QualityOf("webp:") is { } quality => Webp(quality),
            _ => throw Unknown(),
        };
        return encoding.ScaledBy(scale).First(fraction);

        double? Suffix(char mark, ref string of)
        {
            int at = of.LastIndexOf(mark);
            if (at < 0) return null;
            if (!double.TryParse(of.AsSpan(at + 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)) throw Unknown();
            of = of[..at];
            return value;
        }

        int? QualityOf(string start) =>
            form.StartsWith(start, StringComparison.Ordinal) && int.TryParse(form.AsSpan(start.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int quality) ? quality : null;

        IsthmusException Unknown() => new(
            ErrorKind.Usage,
            $"'{text}' is not an input encoding: choose local, file, jpeg:Q, webp:Q, embedded, png, pixels or tensor; jpeg:Q@F or embedded@F for the first part of the bytes, such as jpeg:75@0.4, and jpeg:QxS for a smaller picture, such as jpeg:75x0.5.");
    }

    /// <inheritdoc/>
    public override string ToString() =>
        Kind switch
        {
            InputKind.Local => "local",
            InputKind.File => "file",
            InputKind.Png => "png",
            InputKind.Pixels => "pixels",
            InputKind.Tensor => "tensor",
            InputKind.Embedded => "embedded",
            InputKind.Webp => $"webp:{Quality}",
            _ => $"jpeg:{Quality}",
        }
        + (_shrunk == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"x{Scale:0.##}"))
        + (_leftOut == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"@{Fraction:0.###}"));

    private static int Checked(int quality, string format) => quality is >= 1 and <= 100 ? quality
        : throw new IsthmusException(ErrorKind.Usage, $"{quality} is not a {format} quality: choose 1 to 100.");

    private sealed class Converter : JsonConverter<InputEncoding>
    {
        public override InputEncoding Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            try
            {
                return Parse(reader.GetString() ?? "");
            }
            catch (IsthmusException e)
            {
                throw new JsonException(e.Message, e);
            }
        }

        public override void Write(Utf8JsonWriter writer, InputEncoding value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
