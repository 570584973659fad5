using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>
/// The policies of one orchestrator: files `policy-N.json` in a folder, the newest a bounded number of them. Each is written beside and renamed, so a crash leaves the one before; one
/// that is damaged all the same is named, left where it is, and the one before it is used. Not thread-safe.
/// </summary>
public sealed class PolicyStore
{
    private const string Prefix = "policy-";
    private const string Suffix = ".json";

    private readonly string _folder;
    private readonly int _keep;
    private long _last;

    /// <summary>Opens the folder; it is created with the first policy.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="keep">How many policies are kept, 2…1000. Default 5.</param>
    /// <exception cref="IsthmusException">The number is out of its range.</exception>
    public PolicyStore(string folder, int keep = 5)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (keep is < 2 or > 1000) throw new IsthmusException(ErrorKind.Usage, $"{keep} policies cannot be kept: choose 2 to 1000, so that there is one before the last.");
        _folder = folder;
        _keep = keep;
        _last = Files().Select(f => f.Number).FirstOrDefault();
    }

    /// <summary>The number of the last policy; 0 if there is none.</summary>
    public long Last => _last;

    /// <summary>The newest policy that is whole.</summary>
    /// <param name="accept">Uses what a policy knows; throws an <see cref="IsthmusException"/> if it cannot, and then the one before is tried.</param>
    /// <returns>The file's name, or null if there is none that can be used; and why newer ones were refused, one sentence each.</returns>
    public (string? Used, ImmutableArray<string> Refused) Restore(Action<JsonObject> accept)
    {
        ArgumentNullException.ThrowIfNull(accept);
        ImmutableArray<string>.Builder refused = ImmutableArray.CreateBuilder<string>();
        foreach ((_, string path) in Files())
        {
            string name = Path.GetFileName(path);
            try
            {
                accept(PolicyFile.Load(path).Knowledge);
                return (name, refused.ToImmutable());
            }
            catch (IsthmusException e)
            {
                refused.Add(e.Message.Contains(name, StringComparison.Ordinal) ? e.Message : $"'{name}' is not a policy that can be used: {e.Message}");
            }
        }

        return (null, refused.ToImmutable());
    }

    /// <summary>Writes a further policy, and removes those that are too old.</summary>
    /// <returns>The file's name.</returns>
    /// <exception cref="IsthmusException">It cannot be written; those before are as they were.</exception>
    public string Save(JsonObject knowledge)
    {
        long number = _last + 1;
        string path = Path.Combine(_folder, Prefix + number.ToString("D8", CultureInfo.InvariantCulture) + Suffix);
        PolicyFile.Save(path, number, knowledge);
        _last = number;
        foreach ((_, string old) in Files().Skip(_keep)) Remove(old);
        return Path.GetFileName(path);
    }

    // The newest first, by number: a clock that jumps must not change their order.
    private List<(long Number, string Path)> Files()
    {
        try
        {
            return [.. Directory.EnumerateFiles(_folder, Prefix + "*" + Suffix)
                .Select(path => (long.TryParse(Path.GetFileName(path)[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : -1, path))
                .Where(f => f.Item1 >= 0).OrderByDescending(f => f.Item1)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IsthmusException(ErrorKind.File, $"The folder of policies '{_folder}' cannot be read ({e.Message.TrimEnd('.')}): check your rights, or choose another.", e);
        }
    }

    private static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is tried again with the next one.
        }
    }
}
