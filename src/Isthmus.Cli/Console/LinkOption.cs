using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Cli.Console;

/// <summary>A link as a user writes it: FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms.</summary>
internal static class LinkOption
{
    /// <summary>Reads one link between two nodes of a profile. Node names may contain "-".</summary>
    /// <exception cref="IsthmusException">The text is not of that form, or a node is unknown.</exception>
    public static LinkProfile Parse(string text, Profile profile)
    {
        string[] sides = text.Split('=');
        string[] numbers = sides.Length == 2 ? sides[1].Split(',') : [];
        if (numbers.Length != 2)
            throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a link: write it as FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms.");
        string ends = sides[0].Trim();
        foreach (NodeProfile from in profile.Nodes)
        {
            foreach (NodeProfile to in profile.Nodes)
            {
                if (from != to && ends == $"{from.Name}-{to.Name}")
                    return new(from.Name, to.Name, Milliseconds.Parse(numbers[1]), BitsPerSecond.Parse(numbers[0]), Emulated: true);
            }
        }

        throw new IsthmusException(ErrorKind.Usage, $"'{ends}' does not name two nodes of the profile: it knows {string.Join(", ", profile.Nodes.Select(n => n.Name))}.");
    }
}
