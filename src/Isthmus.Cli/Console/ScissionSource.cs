using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>Scission's measurements in place of a profile: its file of benchmarks, its table of links, one of its networks.</summary>
internal sealed class ScissionSource
{
    private readonly Option<string?> _links = new("--scission-links") { Description = "Scission's table of links (CSV): the profile is then a file of Scission's measurements (JSON).", HelpName = "file" };
    private readonly Option<string?> _model = new("--scission-model") { Description = "The network of Scission's measurements (default: the only one).", HelpName = "name" };
    private readonly Option<double?> _input = new("--scission-input", "-i") { Description = "Megabytes of the picture, with Scission's measurements (default: 0.15).", HelpName = "MB" };

    private ScissionSource()
    {
    }

    /// <summary>Adds the flags to a command.</summary>
    public static ScissionSource AddTo(Command command)
    {
        ScissionSource source = new();
        command.Options.Add(source._links);
        command.Options.Add(source._model);
        command.Options.Add(source._input);
        return source;
    }

    /// <summary>Whether Scission's measurements are asked for.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_links) is not null;

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="paths">The file of measurements.</param>
    /// <exception cref="IsthmusException">A file is not of its form, or has no such network.</exception>
    public Profile Load(ParseResult parsed, string[] paths)
    {
        if (paths is not [string path])
            throw new IsthmusException(ErrorKind.Usage, "Scission's measurements are one file: choose its network with --scission-model.");
        ScissionBenchmarks benchmarks = ScissionBenchmarks.Load(path);
        ImmutableArray<LinkProfile> links = ScissionLinks.Load(parsed.GetValue(_links)!);
        string[] models = [.. benchmarks.Models];
        string model = parsed.GetValue(_model) ?? (models is [string only] ? only
            : throw new IsthmusException(ErrorKind.Usage, $"Which network? Choose one with --scission-model: {string.Join(", ", models.Take(40))}."));
        return benchmarks.ToProfile(model, links, parsed.GetValue(_input) is { } megabytes ? ScissionCriteria.ParseMegabytes(megabytes) : null);
    }
}
