"""Finding text in PostgreSQL by character unigrams and bigrams: the columns, how they are filled, how they are asked.

Word breakers lose names (张伟) and trigrams cannot find two characters; grams find any substring. A hit by grams is
a candidate only: callers recheck the text, since 北京 and 京北 share their characters.
"""
