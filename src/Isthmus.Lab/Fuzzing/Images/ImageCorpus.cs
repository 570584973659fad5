using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Imaging.Vips;
using Isthmus.Inference.Manifests;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>
/// Good pictures of every format and every form in which a picture crosses, made here: colours, grey, CMYK, 16 bits, alpha, palette, interlaced, animated, turned, in strips and
/// tiles; and the preprocessor that reads them.
/// </summary>
internal sealed class ImageCorpus
{
    private const int Side = 40;
    private readonly List<(InputEncoding Form, string Name, byte[] Bytes)> _good = [];

    /// <summary>Makes the corpus.</summary>
    /// <param name="manifest">What the network expects that reads it; null for a small one.</param>
    public ImageCorpus(ModelManifest? manifest = null)
    {
        Preprocessor = new(manifest ?? new ModelManifest { Width = 32, Height = 32, Mean = new(128), Scale = new(64) });
        byte[] picture = Make("pngsave_buffer", "")!;
        foreach ((string name, byte[]? file) in Files())
        {
            if (file is not null) _good.Add((InputEncoding.File, name, file));
        }

        foreach (string text in new[] { "jpeg:75", "jpeg:30x0.5", "webp:75", "webp:40x0.3", "png", "pixels", "tensor", "embedded", "embeddedx0.5" })
        {
            InputEncoding form = InputEncoding.Parse(text);
            try
            {
                byte[] whole = Preprocessor.Encode(picture, form);
                _good.Add((form, "whole", whole));
                if (!form.IsProgressive) continue;
                foreach (double fraction in new[] { 0.999, 0.4, 0.1 }) _good.Add((form.First(fraction), "part", Preprocessor.Encode(picture, form.First(fraction))));
            }
            catch (Exception e) when (e is ArgumentException or IsthmusException)
            {
                // A form that this build does not make.
            }
        }
    }

    /// <summary>Reads them.</summary>
    public ImagePreprocessor Preprocessor { get; }

    /// <summary>The good inputs.</summary>
    public IReadOnlyList<(InputEncoding Form, string Name, byte[] Bytes)> Good => _good;

    private static IEnumerable<(string Name, byte[]? File)> Files()
    {
        yield return ("jpeg", Make("jpegsave_buffer", ""));
        yield return ("jpeg progressive", Make("jpegsave_buffer", "interlace=true;optimize_coding=true"));
        yield return ("jpeg 4:4:4 restart", Make("jpegsave_buffer", "subsample_mode=off;restart_interval=2"));
        yield return ("jpeg grey", Make("jpegsave_buffer", "", i => i.Apply("colourspace", o => o.With("space", "b-w"))));
        yield return ("jpeg cmyk", Make("jpegsave_buffer", "", i => i.Apply("colourspace", o => o.With("space", "cmyk"))));
        yield return ("jpeg turned", Make("jpegsave_buffer", "", i => Tagged(i, "orientation", 6)));
        yield return ("png", Make("pngsave_buffer", ""));
        yield return ("png interlaced", Make("pngsave_buffer", "interlace=true"));
        yield return ("png palette", Make("pngsave_buffer", "palette=true"));
        yield return ("png 16 bits", Make("pngsave_buffer", "", i => i.Apply("colourspace", o => o.With("space", "rgb16"))));
        yield return ("png grey alpha", Make("pngsave_buffer", "", i => Alpha(i.Apply("colourspace", o => o.With("space", "b-w")))));
        yield return ("png alpha", Make("pngsave_buffer", "", i => Alpha(i.Apply("copy"))));
        yield return ("gif", Make("gifsave_buffer", ""));
        yield return ("gif animated", Make("gifsave_buffer", "", i => Tagged(i, "page-height", Side / 4)));
        yield return ("webp", Make("webpsave_buffer", ""));
        yield return ("webp lossless alpha", Make("webpsave_buffer", "lossless=true", i => Alpha(i.Apply("copy"))));
        yield return ("webp animated", Make("webpsave_buffer", "", i => Tagged(i, "page-height", Side / 4)));
        yield return ("tiff", Make("tiffsave_buffer", ""));
        yield return ("tiff lzw tiles", Make("tiffsave_buffer", "compression=lzw;tile=true;tile-width=16;tile-height=16"));
        yield return ("tiff deflate pages", Make("tiffsave_buffer", "compression=deflate;predictor=horizontal", i => Tagged(i, "page-height", Side / 4)));
        yield return ("tiff jpeg", Make("tiffsave_buffer", "compression=jpeg"));
        yield return ("tiff big float", Make("tiffsave_buffer", "bigtiff=true", i => i.Apply("cast", o => o.With("format", "float"))));
        yield return ("avif", Make("heifsave_buffer", "compression=av1;effort=0"));
        yield return ("ppm", Netpbm.Write(Pixels(), Side, Side, 3));
        yield return ("pgm", Netpbm.Write(Pixels().AsSpan(0, Side * Side), Side, Side));
    }

    private static VipsImage Tagged(VipsImage image, string name, int value)
    {
        VipsImage copy = image.Apply("copy");
        NativeMethods.vips_image_set_int(copy.Pointer, name, value);
        return copy;
    }

    private static VipsImage Alpha(VipsImage image)
    {
        using (image) return image.Apply("addalpha");
    }

    private static byte[] Pixels()
    {
        byte[] pixels = new byte[Side * Side * 3];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = (byte)(127 + (90 * Math.Sin((i / 3 % Side * 0.35) + (i / 3 / Side * 0.2) + (i % 3))) + ((i * 7919) % 23));
        return pixels;
    }

    // A file of the picture; null where libvips has no such saver.
    private static unsafe byte[]? Make(string saver, string options, Func<VipsImage, VipsImage>? change = null)
    {
        LibVips.Require();
        byte[] pixels = Pixels();
        try
        {
            fixed (byte* data = pixels)
            {
                using VipsImage image = VipsImage.FromBytes(data, Side, Side, 3);
                using VipsImage changed = change?.Invoke(image) ?? image.Apply("copy");
                return changed.Save(saver, o =>
                {
                    foreach (string option in options.Split(';', StringSplitOptions.RemoveEmptyEntries)) o.With(option.Split('=')[0], option.Split('=')[1]);
                });
            }
        }
        catch (VipsException)
        {
            return null;
        }
    }
}
