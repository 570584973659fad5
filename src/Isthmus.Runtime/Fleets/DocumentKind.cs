namespace Isthmus.Runtime.Fleets;

/// <summary>What a value of a document is, in the terms of JSON.</summary>
internal enum DocumentKind
{
    Null,
    Boolean,
    Number,
    Text,
    List,
    Object,
}
