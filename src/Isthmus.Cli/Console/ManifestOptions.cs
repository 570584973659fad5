using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Inference.Manifests;

namespace Isthmus.Cli.Console;

/// <summary>The manifest as command-line flags, for every command that feeds pictures to a network. Flags win over the manifest file.</summary>
internal sealed class ManifestOptions
{
    private readonly Option<string?> _size = new("--input-size") { Description = "Input size in pixels, as 224 or 320x240 (default: the graph's).", HelpName = "N|WxH" };
    private readonly Option<string?> _crop = new("--crop") { Description = "Central square to take, as a fraction of the shorter side, or none to stretch the whole picture (default: 0.875).", HelpName = "F|none" };
    private readonly Option<string?> _mean = new("--mean") { Description = "input = (value - mean) / scale, in the network's channel order; one number or three.", HelpName = "M[,M,M]" };
    private readonly Option<string?> _scale = new("--scale") { Description = "The divisor in input = (value - mean) / scale; one number or three.", HelpName = "S[,S,S]" };
    private readonly Option<string?> _order = new("--channel-order") { Description = "The order of the colours: rgb, bgr or grey.", HelpName = "ORDER" };
    private readonly Option<string?> _labels = new("--labels-file") { Description = "File with the names of the classes, one a line.", HelpName = "FILE" };
    private readonly Option<int?> _offset = new("--label-offset") { Description = "Index of the output that is class 0 (default: 1 if there are 1001 outputs, else 0).", HelpName = "N" };

    private ManifestOptions()
    {
    }

    /// <summary>Adds the flags to a command; <see cref="Read"/> gives their values.</summary>
    public static ManifestOptions AddTo(Command command)
    {
        ManifestOptions options = new();
        command.Options.Add(options._size);
        command.Options.Add(options._crop);
        command.Options.Add(options._mean);
        command.Options.Add(options._scale);
        command.Options.Add(options._order);
        command.Options.Add(options._labels);
        command.Options.Add(options._offset);
        return options;
    }

    /// <summary>What the user said.</summary>
    /// <exception cref="IsthmusException">A value is not of its form.</exception>
    public ManifestOverrides Read(ParseResult parsed)
    {
        (int? width, int? height) = Size(parsed.GetValue(_size));
        return new()
        {
            Width = width,
            Height = height,
            Crop = parsed.GetValue(_crop) is { } crop ? ImageCrop.Parse(crop) : null,
            Mean = parsed.GetValue(_mean) is { } mean ? ChannelValues.Parse(mean) : null,
            Scale = parsed.GetValue(_scale) is { } scale ? ChannelValues.Parse(scale) : null,
            ChannelOrder = Order(parsed.GetValue(_order)),
            Labels = parsed.GetValue(_labels),
            LabelOffset = parsed.GetValue(_offset),
        };
    }

    private static (int? Width, int? Height) Size(string? text)
    {
        if (text is null) return default;
        string[] parts = text.Split('x', 'X', '×');
        if (parts.Length is 1 or 2 && int.TryParse(parts[0], out int width) && int.TryParse(parts[^1], out int height)
            && width is > 0 and <= ModelManifest.MaxInputSide && height is > 0 and <= ModelManifest.MaxInputSide)
            return (width, height);
        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not an input size: give one as 224 or 320x240.");
    }

    private static ChannelOrder? Order(string? text) => text?.ToLowerInvariant() switch
    {
        null => null,
        "rgb" => ChannelOrder.Rgb,
        "bgr" => ChannelOrder.Bgr,
        "grey" or "gray" => ChannelOrder.Grey,
        _ => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a channel order: choose rgb, bgr or grey."),
    };
}
