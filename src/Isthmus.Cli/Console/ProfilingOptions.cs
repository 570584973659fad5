using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>What is measured, and how thoroughly, for every command that profiles.</summary>
internal sealed class ProfilingOptions
{
    private readonly Option<int> _samples = new("--samples") { Description = "How many images sizes and losses come from.", DefaultValueFactory = _ => ProfilerOptions.Default.Samples, HelpName = "N" };
    private readonly Option<int> _cuts = new("--max-cuts") { Description = "The most cuts that are measured.", DefaultValueFactory = _ => ProfilerOptions.Default.MaxCuts, HelpName = "N" };
    private readonly Option<bool> _allCuts = new("--all-cuts") { Description = "Measure every cut, whatever it takes." };
    private readonly Option<bool> _blocks = new("--blocks") { Description = "Measure only the whole network and what lies between adjacent cuts: fast, and plans are then made of sums (default: whole segments, and blocks too)." };
    private readonly Option<string> _lifetime = new("--lifetime") { Description = "How long the profile may be decided from: 7d, 12h, 30m, or never to expire.", DefaultValueFactory = _ => "7d", HelpName = "TIME" };
    private readonly Option<string[]> _calibration = new("--calibration") { Description = "Take sizes and losses from this profile, which 'isthmus calibrate' made of the same model, and measure only times. Its codecs and input encodings are the default then.", HelpName = "FILE", DefaultValueFactory = _ => [] };
    private readonly Option<string?> _codecs = new("--codecs") { Description = $"Codecs, separated by commas (default: {string.Join(',', ProfilerOptions.Default.Codecs)}).", HelpName = "LIST" };
    private readonly Option<string?> _inputs = new("--inputs") { Description = $"Input encodings, separated by commas (default: {string.Join(',', ProfilerOptions.Default.Inputs)}).", HelpName = "LIST" };

    private ProfilingOptions()
    {
    }

    /// <summary>Adds the flags to a command; <see cref="Read"/> gives their values.</summary>
    public static ProfilingOptions AddTo(Command command)
    {
        ProfilingOptions o = new();
        foreach (Option option in new Option[] { o._samples, o._cuts, o._allCuts, o._blocks, o._lifetime, o._calibration, o._codecs, o._inputs }) command.Options.Add(option);
        return o;
    }

    /// <summary>What is measured of a model. The calibration is the one among those given that is of this model; it must be if there is only one.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The model.</param>
    /// <param name="several">Whether there are several models, so that a calibration may be of another one.</param>
    /// <exception cref="IsthmusException">A value is not of its form, or a calibration cannot be read.</exception>
    public ProfilerOptions Read(ParseResult parsed, ModelHash model, bool several = false)
    {
        Profile? calibration = Calibration(parsed.GetValue(_calibration)!, model, several);
        ProfilerOptions options = new()
        {
            Samples = parsed.GetValue(_samples),
            MaxCuts = parsed.GetValue(_cuts),
            AllCuts = parsed.GetValue(_allCuts),
            Blocks = parsed.GetValue(_blocks) ? BlockMeasurement.Only : BlockMeasurement.Also,
            Lifetime = Lifetime(parsed.GetValue(_lifetime)!),
            Calibration = calibration,
        };
        if (calibration is not null)
        {
            options = options with
            {
                Codecs = calibration.Cuts.Length == 0 ? [] : [.. calibration.Cuts.Select(c => c.Codecs.Select(k => k.Codec)).Aggregate((all, next) => all.Intersect(next))],
                Inputs = [.. calibration.Inputs.Select(i => i.Encoding)],
            };
        }

        if (parsed.GetValue(_codecs) is { } codecs) options = options with { Codecs = List(codecs, CodecSpec.Parse) };
        if (parsed.GetValue(_inputs) is { } inputs) options = options with { Inputs = List(inputs, InputEncoding.Parse) };
        return options;
    }

    private static Profile? Calibration(string[] files, ModelHash model, bool several)
    {
        Profile[] loaded = [.. files.Select(f => several || files.Length > 1 ? ProfileFile.Load(f) : ProfileFile.Load(f, model))];
        return loaded.FirstOrDefault(p => p.Model == model) is { } found ? CalibrationMerge.Only(found) : null;
    }

    private static TimeSpan? Lifetime(string text)
    {
        if (text == "never") return null;
        double? unit = text.Length < 2 ? null : text[^1] switch { 'd' => 86_400, 'h' => 3_600, 'm' => 60, _ => null };
        return unit is { } seconds && double.TryParse(text[..^1], out double value) && value > 0 && value * seconds <= 36_500.0 * 86_400 ? TimeSpan.FromSeconds(value * seconds)
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a lifetime: write it as 7d, 12h or 30m, or never.");
    }

    private static ImmutableArray<T> List<T>(string text, Func<string, T> parse) =>
        [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(parse).Distinct()];
}
